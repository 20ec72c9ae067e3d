import { expect } from 'vitest';
import { problem } from '../../functions/lib/http/documentation.ts';
import type { AnyOperation } from '../../functions/lib/http/operation.ts';
import { openApiDocument } from '../../infra/bundle/openapi.ts';
import type { TestReply } from './events.ts';

const matches = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path.split('?')[0] ?? '');

/**
 * Holds every answer against the documentation of its operation: its status and headers are named there, and its
 * body fits the schema, which knows no other members.
 */
export const contractOf = (operations: readonly AnyOperation[]) => {
  const { paths } = openApiDocument(operations);
  return (method: string, path: string, reply: TestReply): void => {
    const documented = method === 'HEAD' ? 'GET' : method;
    const operation = operations.find((one) => one.method === documented && matches(one.path, path));
    if (!operation) return;
    const { responses = {} } = (paths[operation.path]?.[documented.toLowerCase()] ?? {}) as {
      responses?: object;
    };
    expect(Object.keys(responses), `${operation.id} answers ${reply.status}`).toContain(String(reply.status));
    const described = operation.responses[Number(reply.status)];
    for (const header of ['etag', 'location', 'link', 'accept-patch']) {
      const names = Object.keys(described?.headers ?? {}).map((name) => name.toLowerCase());
      if (reply.headers[header]) expect(names, `${operation.id} ${reply.status} documents`).toContain(header);
    }
    if (reply.body === undefined) return;
    const schema = described?.schema ?? problem();
    const parsed = schema.safeParse(reply.body);
    expect(parsed.success ? parsed.data : parsed.error, `the body of ${operation.id}`).toEqual(reply.body);
  };
};
