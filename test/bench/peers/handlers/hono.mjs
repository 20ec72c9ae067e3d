// Hono on Lambda with its own middleware: zod for validation, security headers, and a line of JSON for each request
// that is its metric too (CloudWatch's embedded format), written by hand, which is the cheapest way to have both.

import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { getItem, putItem } from './items.mjs';
import { requestLine } from './request-line.mjs';
import { itemPath, newItem, visible } from './schema.mjs';

const app = new Hono();

app.use(async (c, next) => {
  const start = performance.now();
  await next();
  requestLine(c.env.event, c.res.status, performance.now() - start);
});
app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }));
app.onError((error, c) => {
  const status = error instanceof HTTPException ? error.status : 500;
  return c.json({ status, detail: status === 500 ? 'Internal Server Error' : error.message }, status);
});

const tenantOf = (c) => c.env.event.requestContext.authorizer.jwt.claims.sub;

app.get('/items/:id', zValidator('param', itemPath), async (c) => {
  const item = await getItem(tenantOf(c), c.req.valid('param').id);
  if (item === undefined) throw new HTTPException(404, { message: 'Item not found' });
  return c.json(visible(item));
});

app.post('/items', zValidator('json', newItem), async (c) => {
  const item = await putItem(tenantOf(c), c.req.valid('json'));
  return c.json(visible(item), 201, { Location: `/items/${item.id}` });
});

export const handler = handle(app);
