import { product } from '../../functions/product.ts';
import { pagePath } from '../local/page/path.ts';
import type { Platform } from '../local/platform.ts';

/** Where `npm run token` asks for a token unless it is told otherwise. */
const defaultUrl = 'http://localhost:3000';

/** Where the platform answers, as a browser names it. */
export const urlOf = (platform: Platform): string => platform.url.replace('127.0.0.1', 'localhost');

/** What runs, and lines that work when pasted one after another. */
export const introduction = (platform: Platform, dataDir: string): string => {
  const url = urlOf(platform);
  const call = `curl -sw '\\n' -H "authorization: Bearer $TOKEN"`;
  const json = "-H 'content-type: application/json' -d";
  return `
${product.title} runs at ${url}: ${platform.functions.length} functions, ${platform.queues.length} queues and ${platform.tables.length} tables, whose data is in ${dataDir}.
See what it does at ${url}${pagePath}

Try in another terminal:

  curl -sw '\\n' ${url}/health
  TOKEN=$(npm run -s token${url === defaultUrl ? '' : ` -- --url ${url}`})
  ${call} ${url}/items ${json} '{"id":1,"name":"first","description":"made by hand"}'
  ${call} ${url}/items/1
  id=$(${call} ${url}/computations ${json} '{"type":"prime-count","input":{"to":10000000000}}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
  ${call} ${url}/computations/$id
  ${call} ${url}/computations/$id -H 'prefer: wait=25'

Ctrl-C ends it.
`;
};
