import { expect, it } from 'vitest';
import { systemRandom } from '../../functions/lib/ports.ts';

it('gives as many random bytes as it is asked for, and none of them twice', () => {
  const seen = new Set<string>();
  for (const length of [16, 8, 5_000, 4_096, ...Array.from({ length: 1_000 }, () => 16)]) {
    const bytes = systemRandom.bytes(length);
    expect(bytes.length).toBe(length);
    seen.add(Buffer.from(bytes).toString('hex'));
  }
  expect(seen.size).toBe(1_004);
});

it('keeps what it has given out as it was', () => {
  const first = systemRandom.bytes(16);
  const copy = first.slice();
  for (let n = 0; n < 1_000; n += 1) systemRandom.bytes(16);
  expect(first).toEqual(copy);
});
