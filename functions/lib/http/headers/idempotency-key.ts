import { badRequest } from '../problem.ts';
import type { RequestHeader } from './header.ts';

const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/;
const BARE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/**
 * The request's `Idempotency-Key` (IETF draft): a quoted string, or a bare token without spaces, commas,
 * semicolons, quotes and backslashes. `"k"` and `k` are the same key. `read` throws a Problem 400 for a value of
 * another form, or one that is not 1–255 characters long.
 */
export const idempotencyKey: RequestHeader<string | undefined, 'Idempotency-Key'> = {
  name: 'Idempotency-Key',
  description:
    'A quoted string of 1 to 255 characters. The same key and payload answer what the first request made; a key is kept as long as its record',
  example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  read: (request) => {
    const value = request.header('Idempotency-Key')?.trim();
    if (value === undefined) return undefined;
    const isQuoted = QUOTED.test(value);
    const key = isQuoted ? value.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : value;
    if (!(isQuoted || BARE.test(value)) || key.length < 1 || key.length > 255) {
      throw badRequest('Idempotency-Key is malformed', [
        {
          pointer: '#/header/idempotency-key',
          detail: 'must be a quoted string of 1 to 255 ASCII characters',
        },
      ]);
    }
    return key;
  },
};
