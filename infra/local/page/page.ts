import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { gatewayReply, type HttpReply } from '../http/reply.ts';
import { stateOf } from './state.ts';
import { pagePath } from './path.ts';
import type { Platform } from '../run-stack.ts';

const files: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '': { file: 'index.html', type: 'text/html; charset=utf-8' },
  'app.js': { file: 'app.js', type: 'text/javascript; charset=utf-8' },
  'style.css': { file: 'style.css', type: 'text/css; charset=utf-8' },
  'icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
};

/** Nothing from elsewhere, nothing inline, no frame, and no markup made of text. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const protection = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Names under which a browser on this machine reaches it. Another is a stranger's, rebound to this address. */
const ownNames = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * The page on which whoever runs the platform sees what it does, and the same as JSON: `state`, and `stack` for
 * tools that work on what the stack has. Undefined for the paths of others. It shows what belongs to every tenant
 * and asks for no token, so it answers to nobody but this machine: the port is open on the loopback interface
 * alone, a request under a foreign name is refused, and no other origin may read an answer.
 */
export const operatorPage = (
  platform: Platform,
  database: DynamoDBClient,
): ((request: IncomingMessage) => Promise<HttpReply> | undefined) => {
  const documents: Readonly<Record<string, () => unknown>> = {
    state: stateOf(platform, database),
    stack: () => ({ region: platform.region, endpoints: platform.endpoints, outputs: platform.outputs() }),
  };
  const answer = async ({ method, headers }: IncomingMessage, name: string): Promise<HttpReply> => {
    if (!ownNames.test(headers.host ?? '')) return gatewayReply(403, 'Forbidden');
    if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed;
    const document = documents[name];
    if (document !== undefined) return json(await document());
    const found = files[name];
    if (found === undefined) return gatewayReply(404, 'Not Found');
    const body = await readFile(new URL(`page/${found.file}`, import.meta.url));
    return { status: 200, headers: { 'content-type': found.type }, body };
  };
  return (request) => {
    const [path = ''] = (request.url ?? '').split('?');
    if (!`${path}/`.startsWith(pagePath)) return undefined;
    return answer(request, path.slice(pagePath.length)).then((reply) => ({
      ...reply,
      headers: { ...reply.headers, ...protection },
    }));
  };
};

const methodNotAllowed: HttpReply = {
  ...gatewayReply(405, 'Method Not Allowed'),
  headers: { 'content-type': 'application/json', allow: 'GET, HEAD' },
};

const json = (value: unknown): HttpReply => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
});
