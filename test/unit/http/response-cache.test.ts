import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseCache } from '../../../functions/lib/http/response-cache.ts';
import { ManualClock } from '../../support/engine.ts';

const answer = (body: string) => ({ headers: { ETag: '"x"' }, body });

const given = (bytes = 100_000) => {
  const clock = new ManualClock();
  const cache = new ResponseCache(bytes, clock);
  const keep = (tenant: string, target: string, body = target) =>
    cache.keep(tenant, target, answer(body), cache.mark());
  return { clock, cache, keep };
};

describe('the response cache', () => {
  it('gives an answer with its age, as long as it is young enough', () => {
    const { clock, cache, keep } = given();
    keep('ann', '/items/1');
    clock.advance(4_200);
    expect(cache.find('ann', '/items/1', 5)).toEqual({ ...answer('/items/1'), age: 5 });
    expect(cache.find('ann', '/items/1', 4)).toBeUndefined();
    expect(cache.find('ann', '/items/2', 5)).toBeUndefined();
  });

  it('gives no answer that is older than an hour, whatever the client accepts', () => {
    const { clock, cache, keep } = given();
    keep('ann', '/items/1');
    clock.advance(3_600_000);
    expect(cache.find('ann', '/items/1', 1e9)).toMatchObject({ age: 3_600 });
    clock.advance(1);
    expect(cache.find('ann', '/items/1', 1e9)).toBeUndefined();
  });

  it('counts the age from before the reading', () => {
    const { clock, cache } = given();
    const mark = cache.mark();
    clock.advance(3_000);
    cache.keep('ann', '/items/1', answer('slow'), mark);
    expect(cache.find('ann', '/items/1', 60)).toMatchObject({ age: 3 });
  });

  it('gives no tenant an answer of another one', () => {
    const { cache, keep } = given();
    keep('ann', '/items/1', 'hers');
    expect(cache.find('bob', '/items/1', 60)).toBeUndefined();
    keep('bob', '/items/1', 'his');
    expect(cache.find('ann', '/items/1', 60)).toMatchObject({ body: 'hers' });
  });

  it('drops what a tenant may have changed, and nothing of other tenants', () => {
    const { cache, keep } = given();
    keep('ann', '/items/1');
    keep('bob', '/items/1');
    cache.invalidate('ann');
    expect(cache.find('ann', '/items/1', 60)).toBeUndefined();
    expect(cache.find('bob', '/items/1', 60)).toBeDefined();
  });

  it('does not keep an answer during whose reading something was written', () => {
    const { cache } = given();
    const mark = cache.mark();
    cache.invalidate('ann');
    cache.keep('ann', '/items/1', answer('old'), mark);
    expect(cache.find('ann', '/items/1', 60)).toBeUndefined();
  });

  it('drops the answer that has not been asked for longest when it is full', () => {
    const { cache, keep } = given(2_500);
    keep('ann', '/1', 'x'.repeat(200));
    keep('ann', '/2', 'x'.repeat(200));
    expect(cache.find('ann', '/1', 60)).toBeDefined();
    keep('bob', '/1', 'x'.repeat(200));
    expect(cache.find('ann', '/2', 60)).toBeUndefined();
    expect(cache.find('ann', '/1', 60)).toBeDefined();
    expect(cache.find('bob', '/1', 60)).toBeDefined();
  });

  it('never holds more than its bytes, and counts them exactly', () => {
    const step = fc.record({
      tenant: fc.constantFrom('ann', 'bob', 'cy'),
      target: fc.constantFrom('/1', '/2', '/3'),
      length: fc.integer({ min: 0, max: 4_000 }),
      invalidate: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { cache, keep } = given(9_000);
        for (const { tenant, target, length, invalidate } of steps) {
          if (invalidate) cache.invalidate(tenant);
          else keep(tenant, target, 'x'.repeat(length));
          expect(cache.bytes).toBeLessThanOrEqual(9_000);
        }
        for (const tenant of ['ann', 'bob', 'cy']) cache.invalidate(tenant);
        expect(cache.bytes).toBe(0);
      }),
    );
  });
});
