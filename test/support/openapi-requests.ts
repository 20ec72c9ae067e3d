import * as fc from 'fast-check';

type Json = Record<string, unknown>;

/** What of an OpenAPI document a client needs to make requests of. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: Json;
    readonly example?: string;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<
        string,
        { readonly schema: Json; readonly examples: Readonly<Record<string, { readonly value: unknown }>> }
      >
    >;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >;
}

export interface AnyRequest {
  readonly operation: DescribedOperation;
  readonly template: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

const oddNumbers = [0, -0, -1, 0.5, 2 ** 53, 1e300, 5e-324, -1e308];
const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\u202e',
  '\ud800',
  'constructor',
  '__proto__',
  '../..',
  '%00',
  '{{7*7}}',
  "' OR 1=1",
];

/** Values that fit a schema, more or less: what a client means well, and what it gets wrong. */
const valueFor = (schema: Json, document: Document, depth = 0): fc.Arbitrary<unknown> => {
  const inner = (one: unknown) => valueFor(one as Json, document, depth + 1);
  if (typeof schema.$ref === 'string') {
    return inner(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  }
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  for (const union of ['anyOf', 'oneOf', 'allOf']) {
    const options = schema[union];
    if (Array.isArray(options) && options.length > 0) return fc.oneof(...options.map(inner));
  }
  switch (schema.type) {
    case 'integer':
    case 'number': {
      const min = Number(schema.minimum ?? 0);
      // What is valid should stay small: this is about requests, not about work.
      const max = Math.min(Number(schema.maximum ?? 100), min + 100);
      return schema.type === 'integer'
        ? fc.integer({ min: Math.ceil(min), max })
        : fc.double({ min, max, noNaN: true });
    }
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: Math.min(60, Number(schema.maxLength ?? 60)) });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(inner(schema.items ?? {}), { maxLength: 3 });
    case 'object': {
      const properties = Object.entries((schema.properties ?? {}) as Json).map(([name, one]) => [
        name,
        inner(one),
      ]);
      return fc.record(Object.fromEntries(properties), { requiredKeys: (schema.required ?? []) as never[] });
    }
    default:
      return depth > 4 ? fc.constant(null) : fc.jsonValue({ maxDepth: 2 });
  }
};

/** A JSON value with something in it changed for the worse. */
const spoiled = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      value,
      fc.nat(),
      fc.oneof(fc.constantFrom<unknown>(...oddNumbers, ...oddTexts, null, [], {}), fc.jsonValue()),
    )
    .map(([whole, at, odd]) => {
      if (typeof whole !== 'object' || whole === null) return odd;
      const names = [...Object.keys(whole), 'unknown', '__proto__', 'tenant', '_etag'];
      return { ...whole, [names[at % names.length] ?? 'unknown']: odd };
    });

const bodyOf = (operation: DescribedOperation, document: Document) => {
  const contents = Object.entries(operation.requestBody?.content ?? {});
  const junk = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom(
      '',
      '{',
      '[[[[',
      '{"a":1,"a":2}',
      '"\\ud800"',
      'null',
      '[]',
      `${'['.repeat(5_000)}`,
      '\ufeff{}',
    ),
    fc.constant(`{"name":"${'x'.repeat(300_000)}"}`),
  );
  if (contents.length === 0) return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, junk);
  const well = fc.oneof(
    ...contents.map(([, { schema }]) => valueFor(schema, document)),
    ...contents.flatMap(([, { examples }]) => Object.values(examples).map(({ value }) => fc.constant(value))),
  );
  const json = (value: fc.Arbitrary<unknown>) => value.map((one) => JSON.stringify(one) ?? '');
  return fc.oneof(
    { weight: 4, arbitrary: json(well) },
    { weight: 4, arbitrary: json(spoiled(well)) },
    { weight: 1, arbitrary: junk },
  );
};

/** What can stand in a header that Node.js sends: anything of Latin-1 but controls. */
const headerText = fc
  .array(
    fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f),
    { maxLength: 40 },
  )
  .map((codes) => String.fromCharCode(...codes).trim());

const headersOf = (operation: DescribedOperation) => {
  const contentTypes = Object.keys(operation.requestBody?.content ?? { 'application/json': {} });
  const odd: fc.Arbitrary<readonly [string, string]> = fc.tuple(
    fc.constantFrom(
      'if-match',
      'if-none-match',
      'idempotency-key',
      'prefer',
      'cache-control',
      'content-encoding',
      'accept',
      'traceparent',
      'x-forwarded-for',
      'x-amzn-trace-id',
      'cookie',
      'range',
      'x-http-method-override',
    ),
    fc.oneof(
      headerText,
      fc.constantFrom(
        '*',
        '"x"',
        'W/"x"',
        '""',
        '"a",'.repeat(60),
        'gzip',
        'wait=0',
        'wait=99999999999999999999',
        'max-age=60',
        'stale-if-error=1e9',
        'no-cache',
        '"k"',
        'k'.repeat(300),
        'identity',
        '../../etc/passwd',
      ),
    ),
  );
  const type = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...contentTypes) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'text/plain',
        'application/json; charset=latin1',
        'multipart/form-data',
        '',
        ';;;',
      ),
    },
  );
  return fc.tuple(type, fc.array(odd, { maxLength: 3 })).map(
    ([contentType, others]): Record<string, string> => ({
      'content-type': contentType,
      ...Object.fromEntries(others),
    }),
  );
};

const segmentOf = (known: readonly string[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...known) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('%00', '%2e%2e', '%ff', '-1', '1e3', '9007199254740992', 'constructor'),
    },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 30 }).map(encodeURIComponent) },
  );

const queryOf = (operation: DescribedOperation) => {
  const names = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const name = fc.oneof(
    fc.constantFrom(...names, 'limit', 'unknown', '__proto__', 'cursor'),
    fc.string({ maxLength: 8 }),
  );
  const value = fc.oneof(
    fc.constantFrom(
      '1',
      '20',
      '100',
      '0',
      '101',
      '-1',
      'succeeded',
      'sum-parts',
      'W10',
      '%',
      '%ff',
      'x'.repeat(600),
    ),
    fc.string({ maxLength: 20 }).map(encodeURIComponent),
  );
  return fc
    .array(fc.tuple(name.map(encodeURIComponent), value), { maxLength: 2 })
    .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([key, one]) => `${key}=${one}`).join('&')}`));
};

/** Requests of every operation of the document, valid and not; `ids` are some that exist. */
export const requestsOf = (document: Document, ids: readonly string[]): fc.Arbitrary<AnyRequest> =>
  fc.oneof(
    ...Object.entries(document.paths).flatMap(([template, operations]) =>
      Object.entries(operations).map(([method, operation]) =>
        fc
          .record({
            segment: segmentOf(ids),
            query: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, queryOf(operation)),
            headers: headersOf(operation),
            body: bodyOf(operation, document),
          })
          .map(({ segment, query, headers, body }) => ({
            operation,
            template,
            method: method.toUpperCase(),
            path: template.replace(/\{\w+\}/, () => segment) + query,
            headers,
            body: method === 'get' ? undefined : body,
          })),
      ),
    ),
  );
