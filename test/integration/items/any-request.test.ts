import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { itemFields } from '../../support/item-fields.ts';
import { lamp, startItems } from '../../support/items.ts';

let items: Awaited<ReturnType<typeof startItems>>;
beforeAll(async () => {
  items = await startItems();
});
afterAll(() => items.stop());

const number = fc.oneof(fc.constantFrom(0, -0, 1, -1, 0.5, 2 ** 53, 1e300, 5e-324), fc.maxSafeInteger());
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\u0000', '\ud800', '\uffff'));
const value = fc.oneof(number, text, fc.jsonValue());
const member = fc.oneof(
  fc.constantFrom(
    'id',
    ...Object.keys(itemFields),
    'createdAt',
    'tenant',
    '_etag',
    '__proto__',
    'constructor',
  ),
  fc.string(),
);
const body = fc.oneof(
  fc.dictionary(member, value),
  fc.record(
    {
      id: number,
      label: text,
      details: text,
      fragile: fc.boolean(),
      weight: number,
      stock: number,
      tags: fc.array(text),
    },
    { requiredKeys: ['label', 'details'] },
  ),
  value,
  fc.string(),
  fc.uint8Array(),
);
const tags = fc.oneof(fc.constantFrom('*', '"x"', 'W/"x"', '""', '"a", "b"', ''), fc.string());
const header = fc.dictionary(
  fc.constantFrom(
    'If-Match',
    'If-None-Match',
    'Idempotency-Key',
    'Content-Type',
    'Content-Encoding',
    'Prefer',
  ),
  fc.oneof(tags, fc.constantFrom('application/json', 'application/merge-patch+json', 'text/plain', '"key"')),
  { maxKeys: 3 },
);
const segment = fc.oneof(
  fc.constantFrom('1', '2', '007', '-1', '9007199254740991', '9007199254740992', '..', '%', 'constructor'),
  // A slash is another path, which no route answers.
  fc.string({ minLength: 1 }).filter((id) => !id.includes('/')),
);
const query = fc.oneof(
  fc.constantFrom('', '?limit=1', '?limit=x', '?cursor=', '?cursor=W10', '?__proto__=1', '?limit=1&limit=2'),
  fc.string().map((name) => `?${encodeURIComponent(name)}=1`),
);

it('every answer is documented and is neither 500 nor 503, whatever a client sends', async () => {
  const request = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'),
    path: fc.oneof(
      query.map((text) => `/items${text}`),
      fc.tuple(segment, query).map(([id, text]) => `/items/${encodeURIComponent(id)}${text}`),
    ),
    headers: header,
    body: fc.option(body, { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(request, async (anything) => {
      const { status } = await items.send(anything);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 1_500, examples: [[{ method: 'PUT', path: '/items/1', headers: {}, body: lamp }]] },
  );
});
