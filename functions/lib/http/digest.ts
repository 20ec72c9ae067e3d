import { hash } from 'node:crypto';

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/** SHA-256 over an unambiguous encoding of the parts (a JSON array), as 43 characters of base64url. */
export const digest = (...parts: readonly string[]): string =>
  sha256(JSON.stringify(parts)).toString('base64url');

/** The first 53 bits of the same digest: an integer that JSON and DynamoDB carry exactly. */
export const digestInteger = (...parts: readonly string[]): number =>
  Number(sha256(JSON.stringify(parts)).readBigUInt64BE() >> 11n);
