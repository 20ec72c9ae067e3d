import { digest } from '../lib/http/digest.ts';
import { type HttpOptions, httpHandler, type Reply, route } from '../lib/http/handler.ts';
import type { Headers } from '../lib/http/headers.ts';
import { notFound, Problem } from '../lib/http/problem.ts';
import { isUnchanged } from '../lib/http/representation.ts';
import { allowedMethods, type Paths } from './allow.ts';
import { computationTypes, health, openApi } from './operations.ts';

/** What the service function serves as it is: made by the build, from the schemas and routes that it describes. */
export interface Documents {
  readonly openApi: Paths;
  readonly computationTypes: unknown;
}

/** A document that changes with a deployment only: kept, and asked about before it is used again. */
const served = (document: unknown) => {
  const tag = digest(JSON.stringify(document)).slice(0, 22);
  const headers = { ETag: `"${tag}"`, 'Cache-Control': 'no-cache' };
  return (request: Headers): Reply =>
    isUnchanged(request, tag) ? { status: 304, headers } : { status: 200, headers, body: document };
};

/** What belongs to no other function: health, the documents, and every path and method that nothing else answers. */
export const service = (
  documents: Documents,
  { stage, ...options }: HttpOptions & { readonly stage: string },
) =>
  httpHandler(
    [
      route(health, () => ({ status: 200, body: { status: 'pass', description: `Spillway (${stage})` } })),
      route(openApi, served(documents.openApi)),
      route(computationTypes, served(documents.computationTypes)),
    ],
    { ...options, notFound: (method, path) => unanswered(documents.openApi, method, path) },
  );

const unanswered = (paths: Paths, method: string, path: string): Problem => {
  const allowed = allowedMethods(paths, path);
  if (allowed.length === 0 || allowed.includes(method)) return notFound('There is nothing at this path');
  return new Problem(405, `This path takes ${allowed.join(', ')}`, {
    headers: { Allow: allowed.join(', ') },
  });
};
