import { createHash, createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sha256 } from '../../../functions/lib/aws/sha256.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Text or bytes, as the SDK hands them over: whole, part of a larger buffer, or a buffer alone. */
const data = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 200 }),
  fc.uint8Array({ minLength: 2, maxLength: 200 }).map((bytes) => bytes.subarray(1)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.slice().buffer),
);
const bytesOf = (value: string | ArrayBuffer | Uint8Array): Buffer =>
  typeof value === 'string' || value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(value);

describe('the hash that requests are signed with', () => {
  it('is SHA-256 of all that it got', async () => {
    await fc.assert(
      fc.asyncProperty(data, data, async (first, second) => {
        const hash = new Sha256();
        hash.update(first);
        hash.update(second);
        const expected = createHash('sha256').update(bytesOf(first)).update(bytesOf(second)).digest('hex');
        expect(hex(await hash.digest())).toBe(expected);
      }),
    );
  });

  it('is HMAC with a secret, be it text or bytes, each time that it is used, and begins again when reset', async () => {
    await fc.assert(
      fc.asyncProperty(data, data, async (secret, message) => {
        const expected = createHmac('sha256', bytesOf(secret)).update(bytesOf(message)).digest('hex');
        for (const hash of [new Sha256(secret), new Sha256(secret)]) {
          hash.update('something else');
          hash.reset();
          hash.update(message);
          expect(hex(await hash.digest())).toBe(expected);
        }
      }),
    );
  });
});
