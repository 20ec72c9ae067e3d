import { digest } from '../lib/http/digest.ts';
import { type HttpOptions, httpHandler, type Reply, route } from '../lib/http/handler.ts';
import { type ConditionalHeaders, entityTag, isUnchanged } from '../lib/http/headers/preconditions.ts';
import { notFound, Problem } from '../lib/http/problem.ts';
import { product } from '../product.ts';
import { allowedMethods, type Paths } from './allowed-methods.ts';
import { computationTypes, health, openApi } from './operations.ts';

/** What the service function serves as it is: made by the build, from the schemas and routes that it describes. */
export interface Documents {
  readonly openApi: Paths;
  readonly computationTypes: unknown;
}

/** Answers with a document that only a deployment changes: a client may keep it, and asks before using it again. */
const serve = (document: unknown) => {
  const etag = entityTag(digest(JSON.stringify(document)).slice(0, 22));
  const headers = { ETag: etag, 'Cache-Control': 'no-cache' };
  return (request: ConditionalHeaders): Reply =>
    isUnchanged(request, etag) ? { status: 304, headers } : { status: 200, headers, body: document };
};

/** The operations that belong to no other function, and 404 or 405 for every request that no route leads to. */
export const service = (
  documents: Documents,
  { stage, ...options }: HttpOptions & { readonly stage: string },
) =>
  httpHandler(
    [
      route(health, () => ({
        status: 200,
        body: { status: 'pass', description: `${product.title} (${stage})` },
      })),
      route(openApi, serve(documents.openApi)),
      route(computationTypes, serve(documents.computationTypes)),
    ],
    { ...options, notFound: (method, path) => refusalOf(documents.openApi, method, path) },
  );

const refusalOf = (paths: Paths, method: string, path: string): Problem => {
  const allowed = allowedMethods(paths, path);
  if (allowed.length === 0 || allowed.includes(method)) return notFound('There is nothing at this path');
  return new Problem(405, `This path takes ${allowed.join(', ')}`, {
    headers: { Allow: allowed.join(', ') },
  });
};
