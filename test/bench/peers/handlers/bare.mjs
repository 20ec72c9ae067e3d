// Nothing but the calls of the SDK: what is above this is what a handler adds.

import { getItem, putItem } from './items.mjs';

export const handler = async (event) => {
  const tenant = event.requestContext.authorizer.jwt.claims.sub;
  if (event.requestContext.http.method === 'GET') {
    return { statusCode: 200, body: JSON.stringify(await getItem(tenant, Number(event.pathParameters.id))) };
  }
  return { statusCode: 201, body: JSON.stringify(await putItem(tenant, JSON.parse(event.body))) };
};
