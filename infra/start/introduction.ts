import { kernels } from '../../functions/kernels/index.ts';
import { product } from '../../functions/product.ts';
import { documents } from '../bundle/documents.ts';
import { pagePath } from '../local/page/path.ts';
import type { Platform } from '../local/platform.ts';
import { urlOf } from './url.ts';

/** Where `npm run token` asks for a token unless it is told otherwise. */
const defaultUrl = 'http://localhost:3000';

/** What the API document shows of it that is used here. */
interface ApiDocument {
  readonly paths: Readonly<
    Record<string, { readonly post?: { readonly requestBody?: { readonly content: Content } } } | undefined>
  >;
}
type Content = Readonly<Record<string, { readonly examples: Readonly<Record<string, { value: unknown }>> }>>;

/** The example of an item whose id the client chooses, as the API document shows it; undefined: it shows none. */
const exampleItem = async (): Promise<{ readonly id: number } | undefined> => {
  const { paths }: ApiDocument = JSON.parse((await documents())['openapi.json'] ?? '');
  const { examples = {} } = paths['/items']?.post?.requestBody?.content['application/json'] ?? {};
  return Object.values(examples)
    .map(({ value }) => value as { readonly id?: number })
    .find((item): item is { readonly id: number } => item.id !== undefined);
};

/** The example of a computation type, a pure one if there is any: submitted again, it is known. */
const exampleComputation = (): object | undefined => {
  const kernel = kernels.find(({ pure }) => pure) ?? kernels[0];
  return kernel && { type: kernel.name, input: kernel.example.input };
};

/** JSON as an argument in a shell. */
const quoted = (value: unknown): string => `'${JSON.stringify(value).replaceAll("'", "'\\''")}'`;

/** What runs, and lines that work when pasted one after another. */
export const introduction = async (platform: Platform, dataDir: string): Promise<string> => {
  const url = urlOf(platform);
  const call = `curl -sw '\\n' -H "authorization: Bearer $TOKEN"`;
  const json = "-H 'content-type: application/json' -d";
  const item = await exampleItem();
  const computation = exampleComputation();
  const lines = [
    `curl -sw '\\n' ${url}/health`,
    `TOKEN=$(npm run -s token${url === defaultUrl ? '' : ` -- --url ${url}`})`,
    ...(item === undefined
      ? []
      : [`${call} ${url}/items ${json} ${quoted(item)}`, `${call} ${url}/items/${item.id}`]),
    ...(computation === undefined
      ? []
      : [
          `id=$(${call} ${url}/computations ${json} ${quoted(computation)} | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')`,
          `${call} ${url}/computations/$id`,
          `${call} ${url}/computations/$id -H 'prefer: wait=25'`,
        ]),
  ];
  return `
${product.title} runs at ${url}: ${platform.functions.length} functions, ${platform.queues.length} queues and ${platform.tables.length} tables, whose data is in ${dataDir}.
See what it does at ${url}${pagePath}

Try in another terminal:

${lines.map((line) => `  ${line}\n`).join('')}
Ctrl-C ends it.
`;
};
