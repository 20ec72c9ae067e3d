import { expect, test } from 'vitest';
import { tokenBucket } from '../../infra/local/http/token-bucket.ts';

test('a token bucket admits its burst at once, then its rate, and never holds more than its burst', () => {
  let now = 0;
  const admits = tokenBucket({ ratePerSecond: 2, burst: 3 }, () => now);
  const admitted = () => Array.from({ length: 5 }, admits).filter(Boolean).length;

  expect(admitted()).toBe(3);
  now = 499;
  expect(admitted()).toBe(0);
  now = 1_000;
  expect(admitted()).toBe(2);
  now = 60_000;
  expect(admitted()).toBe(3);
});
