import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { gatewayReply, type HttpReply } from '../http/reply.ts';
import type { Platform } from '../platform.ts';
import type { Panel } from '../plugin.ts';
import { pagePath } from './path.ts';
import { pageState } from './state.ts';

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

const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

/** Makes the body that stands under a path of the page. */
interface Document {
  readonly type: string;
  body(): Promise<string | Buffer>;
}

/**
 * The page on which whoever runs the platform sees what it does, and the same as JSON: `state`, and `stack` for
 * tools that work on what the stack has. Undefined for the paths of others. It shows what belongs to every tenant
 * and asks for no token, so it answers to nobody but this machine: the port is open on the loopback interface
 * alone, a request under a foreign name is refused, and no other origin may read an answer.
 */
export const page = (
  platform: Platform,
  panels: readonly Panel[],
): ((request: IncomingMessage) => Promise<HttpReply> | undefined) => {
  const documents = documentsOf(platform, panels);
  const answer = async ({ method, headers }: IncomingMessage, path: string): Promise<HttpReply> => {
    if (!ownNames.test(headers.host ?? '')) return gatewayReply(403, 'Forbidden');
    if (method !== 'GET' && method !== 'HEAD') return methodNotAllowed;
    const document = documents.get(path);
    if (document === undefined) return gatewayReply(404, 'Not Found');
    const body = Buffer.from(await document.body());
    return { status: 200, headers: { 'content-type': document.type }, body };
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

/** What there is to see, by its path below the page's own. */
const documentsOf = (platform: Platform, panels: readonly Panel[]): ReadonlyMap<string, Document> => {
  const file = (type: string, url: URL): Document => ({ type, body: () => readFile(url) });
  const ownFile = (type: string, name: string) => file(type, new URL(`browser/${name}`, import.meta.url));
  const json = (value: () => unknown): Document => ({
    type: 'application/json',
    body: async () => JSON.stringify(await value()),
  });
  return new Map<string, Document>([
    ['', { type: html, body: () => pageHtml(platform.stackName, panels) }],
    ['app.js', ownFile(script, 'app.js')],
    ['dom.js', ownFile(script, 'dom.js')],
    ['style.css', ownFile(style, 'style.css')],
    ['icon.svg', ownFile('image/svg+xml', 'icon.svg')],
    ['state', json(pageState(platform, panels))],
    ['stack', json(() => ({ ...pick(platform), outputs: platform.outputs() }))],
    ...panels.flatMap((panel): [string, Document][] => [
      [`panels/${panel.name}.js`, file(script, panel.script)],
      ...(panel.style === undefined
        ? []
        : [[`panels/${panel.name}.css`, file(style, panel.style)] as [string, Document]]),
    ]),
  ]);
};

const pick = ({ region, endpoints }: Platform) => ({ region, endpoints });

/** The page with the name of the stack, and the scripts and styles of the panels after its own. */
const pageHtml = async (stackName: string, panels: readonly Panel[]): Promise<string> => {
  const links = panels.flatMap((panel) => [
    ...(panel.style === undefined
      ? []
      : [`<link rel="stylesheet" href="${pagePath}panels/${panel.name}.css">`]),
    `<script type="module" src="${pagePath}panels/${panel.name}.js"></script>`,
  ]);
  const text = await readFile(new URL('browser/index.html', import.meta.url), 'utf8');
  return text
    .replaceAll('STACK_NAME', () => stackName)
    .replace('</head>', () => `${links.map((link) => `  ${link}\n`).join('')}</head>`);
};
