import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Platform } from '../../infra/local/platform.ts';
import { setVariables } from '../support/adapt.ts';
import { tokenOf } from '../support/api.ts';
import { type AnyRequest, type Document, requestsOf } from '../support/openapi-requests.ts';
import { startSuite } from '../support/suite.ts';

const REQUESTS = 3_000;
const AT_ONCE = 20;

let platform: Platform;
let document: Document;
let token: string;
beforeAll(async () => {
  platform = await startSuite({
    // What is accepted is not the point here, so the workers are not to be kept busy with it.
    adapt: (template) => setVariables(template, 'FunctionscomputationsFunction', { ACTIVE_PER_TENANT: '1' }),
  });
  token = await tokenOf(platform.url);
  document = (await (await fetch(`${platform.url}/openapi.json`)).json()) as Document;
});
afterAll(() => platform.stop());

const send = async ({ method, path, headers, body }: AnyRequest) => {
  const response = await fetch(platform.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body: body as string }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/** Schemas of the document by status and media type, as a client would check with. */
const schemaOf = (() => {
  const known = new Map<object, z.ZodType>();
  return (schema: object): z.ZodType => {
    const found =
      known.get(schema) ?? z.fromJSONSchema({ ...schema, components: document.components } as never);
    known.set(schema, found);
    return found;
  };
})();

const inlined = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inlined);
  if ('$ref' in value)
    return inlined(document.components.schemas[String(value.$ref).split('/').at(-1) ?? '']);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inlined(one)]));
};
const inlinedOnce = new Map<unknown, object>();

/** A path without its query, as a problem's `instance` has it. */
const pathOf = (path: string): string =>
  encodeURI(decodeURIComponent(new URL(path, platform.url).pathname).toWellFormed());

/** Why an answer is not what the document says; undefined: it is. */
const violation = (
  { operation, path }: AnyRequest,
  answer: Awaited<ReturnType<typeof send>>,
): string | undefined => {
  const { status, headers, text } = answer;
  // What API Gateway refuses before it knows the route: its own body, which every operation may get.
  const isGateway =
    headers.get('content-type') === 'application/json' && /^\{"message":"[A-Za-z ]+"\}$/.test(text);
  if (isGateway && [400, 401, 403, 404, 413, 429].includes(status)) return undefined;
  const { instance } = headers.get('content-type') === 'application/problem+json' ? JSON.parse(text) : {};
  if (instance !== undefined && instance !== pathOf(path)) return `an answer to ${instance}`;
  const described = operation.responses[String(status)];
  // A path that a strange segment has turned into another.
  if (described === undefined && [404, 405].includes(status)) return undefined;
  if (described === undefined) return `${status} is not documented`;
  if (text === '') return described.content === undefined ? undefined : `${status} has no body`;
  const content = described.content?.[headers.get('content-type') ?? ''];
  if (content === undefined) return `${status} is ${headers.get('content-type')}`;
  const schema = inlinedOnce.get(content.schema) ?? (inlined(content.schema) as object);
  inlinedOnce.set(content.schema, schema);
  const parsed = schemaOf(schema).safeParse(JSON.parse(text));
  return parsed.success ? undefined : `${status}: ${z.prettifyError(parsed.error)}`;
};

/** Names that are nobody's business: tables, queues, functions, files, and what errors of the SDK and stacks say. */
const internals = () => {
  const names = [
    ...platform.tables.map(({ name }) => name),
    ...platform.queues.map(({ name }) => name),
    ...platform.functions.map(({ name }) => name),
  ];
  return new RegExp(
    `${names.join('|')}|node_modules|\\.mjs|at async |Exception|DynamoDB|arn:aws|127\\.0\\.0\\.1|_etag|_birth|listKey|expiresAt`,
  );
};

/** The resident memory of the processes of the functions, in bytes; Linux tells. */
const memoryOfFunctions = (): number => {
  const pages = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        if (
          !readFileSync(`/proc/${pid}/environ`, 'latin1').includes(
            `ENDPOINT_URL_SQS=${platform.endpoint('sqs')}`,
          )
        )
          return 0;
        return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
      } catch {
        return 0; // of somebody else, or gone
      }
    });
  return pages.reduce((sum, one) => sum + one, 0) * 4_096;
};

describe('whatever a client sends', () => {
  it('the answer is one of the documented ones, is no 5xx, and tells nothing of the inside', async () => {
    const { headers } = await fetch(`${platform.url}/computations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'wait=20' },
      body: JSON.stringify({ type: 'sum-parts', input: { parts: 3 } }),
    });
    const id = headers.get('location')?.split('/').at(-1) ?? '';
    const requests = fc.sample(requestsOf(document, ['1', '2', id]), { numRuns: REQUESTS, seed: 20_261_120 });
    const secret = internals();
    const statuses = new Map<number, number>();
    const wrong: string[] = [];

    const next = requests.values();
    const client = async () => {
      for (const request of next) {
        const answer = await send(request);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const sent = `${request.path} ${JSON.stringify(request.headers)} ${request.body}`;
        const told = secret.exec(answer.text + JSON.stringify([...answer.headers]))?.[0];
        const why =
          answer.status >= 500
            ? `${answer.status}`
            : told !== undefined && !sent.includes(told)
              ? `tells ${told}`
              : violation(request, answer);
        if (why !== undefined)
          wrong.push(`${request.method} ${sent.slice(0, 500)}\n  ${why}: ${answer.text.slice(0, 300)}`);
      }
    };
    const clients = () => Promise.all(Array.from({ length: AT_ONCE }, client));
    await clients();
    expect(wrong.slice(0, 5), `${wrong.length} of ${REQUESTS}`).toEqual([]);
    for (const status of [200, 201, 202, 204, 400, 404, 409, 412, 413, 415, 422, 429]) {
      expect(statuses.get(status), `answers ${status}`).toBeGreaterThan(0);
    }
  });

  it.runIf(process.platform === 'linux')('memory stays flat', async () => {
    const requests = fc.sample(requestsOf(document, ['1', '2']), { numRuns: 1_500, seed: 7 });
    const run = async () => {
      const next = requests.values();
      const client = async () => {
        for (const request of next) await send(request);
      };
      await Promise.all(Array.from({ length: 8 }, client));
      return memoryOfFunctions();
    };
    const first = await run();
    const second = await run();
    expect(first).toBeGreaterThan(50e6);
    // What a function remembers of answers, and the heap that V8 has not yet cleared, differ from run to run.
    expect(second).toBeLessThan(first * 1.25 + 50e6);
  });
});
