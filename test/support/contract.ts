import { expect } from 'vitest';
import type { AnyOperation } from '../../functions/lib/http/operation.ts';
import { Problem } from '../../functions/lib/http/problem-responses.ts';
import { openApiDocument } from '../../infra/bundle/openapi.ts';
import { operationFor, type TestReply } from './events.ts';

/**
 * Holds every answer against the documentation of its operation: its status and headers are named there, and its
 * body fits the schema, which knows no other members.
 */
export const contractOf = async (operations: readonly AnyOperation[]) => {
  const { paths } = await openApiDocument(operations, []);
  return async (method: string, path: string, reply: TestReply): Promise<void> => {
    const operation = operationFor(operations, method, path);
    if (!operation) return;
    const documented = (method === 'HEAD' ? 'GET' : method).toLowerCase() as 'get';
    const { responses = {} } = paths[operation.path]?.[documented] ?? {};
    expect(Object.keys(responses), `${operation.id} answers ${reply.status}`).toContain(String(reply.status));
    const described = operation.responses[Number(reply.status)];
    for (const header of ['etag', 'location', 'link', 'accept-patch']) {
      const names = described?.headers?.map(({ name }) => name.toLowerCase()) ?? [];
      if (reply.headers[header]) expect(names, `${operation.id} ${reply.status} documents`).toContain(header);
    }
    if (reply.body === undefined) return;
    const { schema } = (await described?.content?.()) ?? { schema: Problem() };
    const parsed = schema.safeParse(reply.body);
    expect(parsed.success ? parsed.data : parsed.error, `the body of ${operation.id}`).toEqual(reply.body);
  };
};
