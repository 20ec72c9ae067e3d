import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseCache } from '../../../functions/lib/http/response-cache.ts';
import { ManualClock } from '../../support/engine.ts';

const answer = (body: string) => ({ headers: { ETag: '"x"' }, body });

const given = (bytes = 100_000) => {
  const clock = new ManualClock();
  const memory = new ResponseCache(bytes, clock);
  const keep = (tenant: string, target: string, body = target) =>
    memory.keep(tenant, target, answer(body), memory.mark());
  return { clock, memory, keep };
};

describe('the memory of answers', () => {
  it('gives an answer with its age, as long as it is young enough', () => {
    const { clock, memory, keep } = given();
    keep('ann', '/items/1');
    clock.advance(4_200);
    expect(memory.find('ann', '/items/1', 5)).toEqual({ ...answer('/items/1'), age: 5 });
    expect(memory.find('ann', '/items/1', 4)).toBeUndefined();
    expect(memory.find('ann', '/items/2', 5)).toBeUndefined();
  });

  it('gives nothing that is older than an hour, whatever the client accepts', () => {
    const { clock, memory, keep } = given();
    keep('ann', '/items/1');
    clock.advance(3_600_000);
    expect(memory.find('ann', '/items/1', 1e9)).toMatchObject({ age: 3_600 });
    clock.advance(1);
    expect(memory.find('ann', '/items/1', 1e9)).toBeUndefined();
  });

  it('counts the age from before the reading', () => {
    const { clock, memory } = given();
    const mark = memory.mark();
    clock.advance(3_000);
    memory.keep('ann', '/items/1', answer('slow'), mark);
    expect(memory.find('ann', '/items/1', 60)).toMatchObject({ age: 3 });
  });

  it('shows no tenant what is another’s', () => {
    const { memory, keep } = given();
    keep('ann', '/items/1', 'hers');
    expect(memory.find('bob', '/items/1', 60)).toBeUndefined();
    keep('bob', '/items/1', 'his');
    expect(memory.find('ann', '/items/1', 60)).toMatchObject({ body: 'hers' });
  });

  it('forgets what a tenant may have changed, and nothing of others', () => {
    const { memory, keep } = given();
    keep('ann', '/items/1');
    keep('bob', '/items/1');
    memory.forget('ann');
    expect(memory.find('ann', '/items/1', 60)).toBeUndefined();
    expect(memory.find('bob', '/items/1', 60)).toBeDefined();
  });

  it('does not keep what was read while something was written', () => {
    const { memory } = given();
    const mark = memory.mark();
    memory.forget('ann');
    memory.keep('ann', '/items/1', answer('old'), mark);
    expect(memory.find('ann', '/items/1', 60)).toBeUndefined();
  });

  it('loses the oldest answers of the tenant that has been quiet the longest', () => {
    const { memory, keep } = given(2_500);
    keep('ann', '/1', 'x'.repeat(200));
    keep('ann', '/2', 'x'.repeat(200));
    keep('bob', '/1', 'x'.repeat(200));
    expect(memory.find('ann', '/1', 60)).toBeUndefined();
    expect(memory.find('ann', '/2', 60)).toBeDefined();
    expect(memory.find('bob', '/1', 60)).toBeDefined();
  });

  it('never holds more than its bytes, and its count of them never drifts', () => {
    const step = fc.record({
      tenant: fc.constantFrom('ann', 'bob', 'cy'),
      target: fc.constantFrom('/1', '/2', '/3'),
      length: fc.integer({ min: 0, max: 4_000 }),
      forget: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { memory, keep } = given(9_000);
        for (const { tenant, target, length, forget } of steps) {
          if (forget) memory.forget(tenant);
          else keep(tenant, target, 'x'.repeat(length));
          expect(memory.bytes).toBeLessThanOrEqual(9_000);
        }
        for (const tenant of ['ann', 'bob', 'cy']) memory.forget(tenant);
        expect(memory.bytes).toBe(0);
      }),
    );
  });
});
