import type { Units } from './units-meter.ts';
import type { Suite, Usage } from './units-suite.ts';

/** Something that is done once, and what it may be billed as. */
export interface Operation {
  readonly name: string;
  /** The fewest units that anything with its promises could use: see the notes of the figure. */
  readonly bound: Units;
  /** How many parts it has, when it is a whole computation. */
  readonly parts?: number;
  /** What has to be there before; not counted. */
  given?(suite: Suite): Promise<unknown>;
  run(suite: Suite): Promise<unknown>;
}

const units = (writes: number, reads: number, sqs = 0): Units => ({ writes, reads, sqs });

/** Just below a kilobyte with all that its record has besides: keys, times, the tag, and a key's digests. */
const item = { name: 'Lamp', description: 'x'.repeat(650) };

let number = 0;
/** An id that no operation has used. */
const next = (): number => {
  number += 1;
  return number;
};

const createItem = (suite: Suite, id: number) =>
  suite.request({ method: 'POST', path: '/items', body: { id, ...item } });

/** An operation on an item that is there. */
const onItem = (
  name: string,
  bound: Units,
  run: (suite: Suite, path: string) => Promise<unknown>,
): Operation => {
  let id = 0;
  return {
    name,
    bound,
    given: (suite) => {
      id = next();
      return createItem(suite, id);
    },
    run: (suite) => run(suite, `/items/${id}`),
  };
};

/** An operation on a computation of so many parts, of whose messages as many as `worked` have been worked off. */
const onComputation = (
  name: string,
  bound: Units,
  { parts, worked, ended }: { parts: number; worked: number; ended?: 'cancel' },
  run: (suite: Suite, path: string) => Promise<unknown>,
): Operation => {
  let path = '';
  return {
    name,
    bound,
    given: async (suite) => {
      path = await submit(suite, { parts, run: next() });
      await suite.drain(worked);
      if (ended !== undefined) await suite.request({ method: 'POST', path: `${path}/${ended}` });
    },
    run: (suite) => run(suite, path),
  };
};

/** Submits, and resolves to where the computation is. */
const submit = async (
  suite: Suite,
  input: { readonly parts: number; readonly run: number },
  sub = 'ann',
): Promise<string> => {
  const { status, headers, body } = await suite.request({
    method: 'POST',
    path: '/computations',
    body: { type: 'parts', input },
    claims: { sub },
  });
  if (status !== 202 && status !== 200) throw new Error(JSON.stringify(body));
  return headers.location ?? '';
};

/** A computation from its submission to its result. */
const wholeComputation = (parts: number): Operation => ({
  name: `a computation of ${parts.toLocaleString('en')} ${parts === 1 ? 'part' : 'parts'}`,
  parts,
  bound: units(
    6 + FURTHER_PART.writes * (parts - 1),
    FURTHER_PART.reads * parts,
    3 + FURTHER_PART.sqs * (parts - 1),
  ),
  run: async (suite) => {
    await submit(suite, { parts, run: next() });
    await suite.drain();
  },
});

export const itemOperations: readonly Operation[] = [
  { name: 'POST /items', bound: units(1, 0), run: (suite) => createItem(suite, next()) },
  {
    name: 'POST /items with an Idempotency-Key',
    bound: units(1, 0),
    run: (suite) =>
      suite.request({
        method: 'POST',
        path: '/items',
        headers: { 'idempotency-key': `"${next()}"` },
        body: item,
      }),
  },
  onItem('POST /items, refused: 409', units(1, 0), (suite, path) =>
    createItem(suite, Number(path.split('/').at(-1))),
  ),
  onItem('GET /items/{id}', units(0, 1), (suite, path) => suite.request({ path })),
  {
    name: 'GET /items/{id}, not there: 404',
    bound: units(0, 1),
    run: (suite) => suite.request({ path: `/items/${next()}` }),
  },
  {
    name: 'PUT /items/{id}, new',
    bound: units(1, 0),
    run: (suite) => suite.request({ method: 'PUT', path: `/items/${next()}`, body: item }),
  },
  onItem('PUT /items/{id}', units(1, 0), (suite, path) => suite.request({ method: 'PUT', path, body: item })),
  onItem('PATCH /items/{id}', units(1, 0), (suite, path) =>
    suite.request({ method: 'PATCH', path, body: { name: 'Chair' } }),
  ),
  onItem('PATCH /items/{id}, refused: 412', units(1, 0), (suite, path) =>
    suite.request({ method: 'PATCH', path, headers: { 'if-match': '"other"' }, body: { name: 'Chair' } }),
  ),
  onItem('DELETE /items/{id}', units(1, 0), (suite, path) => suite.request({ method: 'DELETE', path })),
  {
    name: 'GET /items, 19 of 200 bytes',
    bound: units(0, 1),
    given: async (suite) => {
      for (let id = 0; id < 19; id += 1) {
        await suite.request({
          method: 'POST',
          path: '/items',
          body: { id, name: 'Lamp', description: '' },
          claims: { sub: 'lister' },
        });
      }
    },
    run: (suite) => suite.request({ path: '/items?limit=19', claims: { sub: 'lister' } }),
  },
];

const all = Number.POSITIVE_INFINITY;
const post = (verb: string) => (suite: Suite, path: string) =>
  suite.request({ method: 'POST', path: `${path}/${verb}` });
const read = (suite: Suite, path: string) => suite.request({ path });

export const computationOperations: readonly Operation[] = [
  {
    name: 'POST /computations, new',
    bound: units(3, 0, 1),
    run: (suite) => submit(suite, { parts: 1, run: next() }),
  },
  onComputation('POST /computations, known', units(0, 1), { parts: 1, worked: all }, (suite) =>
    submit(suite, { parts: 1, run: number }),
  ),
  onComputation('GET /computations/{id}, finished', units(0, 1), { parts: 10, worked: all }, read),
  onComputation('GET /computations/{id}, queued', units(0, 1), { parts: 10, worked: 0 }, read),
  onComputation('GET /computations/{id}, 100 parts run', units(0, 2), { parts: 100, worked: 20 }, read),
  {
    name: 'GET /computations, 10 of them',
    bound: units(0, 1),
    given: async (suite) => {
      for (let n = 0; n < 10; n += 1) await submit(suite, { parts: 1, run: next() }, 'lister');
      await suite.drain();
    },
    run: (suite) => suite.request({ path: '/computations?limit=10', claims: { sub: 'lister' } }),
  },
  onComputation('POST …/cancel', units(2, 0), { parts: 1, worked: 0 }, post('cancel')),
  onComputation('POST …/retry', units(2, 0, 1), { parts: 1, worked: 0, ended: 'cancel' }, post('retry')),
  onComputation('DELETE /computations/{id}', units(2, 0), { parts: 1, worked: all }, (suite, path) =>
    suite.request({ method: 'DELETE', path }),
  ),
];

/** The fewest units of a part after the first. */
export const FURTHER_PART = units(1, 0.5, 2.1);

export const wholeComputations = [1, 10, 100, 1_000].map((parts) => wholeComputation(parts));

/** What an operation uses, alone. Leaves nothing in the queue. */
export const usageOf = async (suite: Suite, operation: Operation): Promise<Usage> => {
  await operation.given?.(suite);
  suite.used();
  await operation.run(suite);
  const usage = suite.used();
  await suite.drain();
  return usage;
};
