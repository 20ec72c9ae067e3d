// AWS's own toolkit for Lambda: its router with validation, its logger and its metrics.

import { NotFoundError, Router } from '@aws-lambda-powertools/event-handler/http';
import { metrics as requestMetrics } from '@aws-lambda-powertools/event-handler/http/middleware/metrics';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { getItem, putItem } from './items.mjs';
import { itemPath, newItem, visible } from './schema.mjs';

const logger = new Logger({ serviceName: 'items' });
const metrics = new Metrics({ namespace: 'Items', serviceName: 'items' });
const app = new Router({ logger });

app.use(async ({ reqCtx, next }) => {
  const start = performance.now();
  await next();
  logger.info('request', {
    requestId: reqCtx.event.requestContext.requestId,
    route: reqCtx.event.routeKey,
    status: reqCtx.res.status,
    durationMs: Math.round(performance.now() - start),
  });
});
app.use(async ({ reqCtx, next }) => {
  await next();
  const { headers } = reqCtx.res;
  headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains');
  headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  headers.set('cross-origin-resource-policy', 'same-origin');
  headers.set('referrer-policy', 'no-referrer');
  headers.set('x-content-type-options', 'nosniff');
  headers.set('x-frame-options', 'DENY');
});
app.use(requestMetrics(metrics));

const tenantOf = ({ event }) => event.requestContext.authorizer.jwt.claims.sub;

app.get(
  '/items/:id',
  async (reqCtx) => {
    const item = await getItem(tenantOf(reqCtx), reqCtx.valid.req.path.id);
    if (item === undefined) throw new NotFoundError('Item not found');
    return visible(item);
  },
  { validation: { req: { path: itemPath } } },
);

app.post(
  '/items',
  async (reqCtx) => {
    const item = await putItem(tenantOf(reqCtx), reqCtx.valid.req.body);
    return {
      statusCode: 201,
      headers: { Location: `/items/${item.id}` },
      body: JSON.stringify(visible(item)),
    };
  },
  { validation: { req: { body: newItem } } },
);

export const handler = async (event, context) => app.resolve(event, context);
