// lambda-api, the router without dependencies: zod for validation, headers and the request's line in middleware.

import createApi from 'lambda-api';
import { getItem, putItem } from './items.mjs';
import { requestLine } from './request-line.mjs';
import { itemPath, newItem, visible } from './schema.mjs';

const api = createApi({ errorHeaderWhitelist: [] });

api.use((req, res, next) => {
  req.start = performance.now();
  res
    .header('strict-transport-security', 'max-age=31536000; includeSubDomains')
    .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    .header('cross-origin-resource-policy', 'same-origin')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('x-frame-options', 'DENY');
  next();
});
api.finally((req, res) => {
  requestLine(req.app._event, res._statusCode, performance.now() - req.start);
});

const tenantOf = ({ requestContext }) => requestContext.authorizer.jwt.claims.sub;

const parsed = (schema, value, res) => {
  const result = schema.safeParse(value);
  if (!result.success) res.status(422).json({ errors: result.error.issues });
  return result.data;
};

api.get('/items/:id', async (req, res) => {
  const params = parsed(itemPath, req.params, res);
  if (params === undefined) return;
  const item = await getItem(tenantOf(req), params.id);
  if (item === undefined) return res.status(404).json({ detail: 'Item not found' });
  return visible(item);
});

api.post('/items', async (req, res) => {
  const body = parsed(newItem, req.body, res);
  if (body === undefined) return;
  const item = await putItem(tenantOf(req), body);
  res.status(201).header('location', `/items/${item.id}`);
  return visible(item);
});

export const handler = async (event, context) => api.run(event, context);
