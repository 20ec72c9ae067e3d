import { createHmac, createPublicKey, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

/** What an attacker can make who has, or has not, the key of the issuer. */
export interface Forger {
  /** A token as the issuer gives it, with these claims changed; undefined takes one away. Signed with the issuer's key. */
  signed(changes?: Record<string, unknown>): Promise<string>;
  /** The same, signed with a key of the attacker's own, and with this header besides. */
  signedByStranger(header?: Record<string, unknown>): Promise<string>;
  /** The same with any header and signature. */
  assembled(header: object, signature: string | ((input: string) => string)): string;
  /** The issuer's public key in the forms in which it is found: PEM, and the key set's own bytes. */
  readonly publicKeys: readonly string[];
  /** The attacker's own public key. */
  readonly strangersKey: JWK;
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Forges tokens for the platform at a URL whose data is in a folder: the issuer's key lies there. */
export const forgerOf = async (url: string, dataDir: string): Promise<Forger> => {
  const jwk: JWK = JSON.parse(readFileSync(join(dataDir, 'signing-key.json'), 'utf8'));
  const { kid = '' } = jwk;
  const key = await importJWK(jwk, 'RS256');
  const stranger = await generateKeyPair('RS256', { extractable: true });
  const { n = '', e = '' } = jwk;
  const publicJwk = { kty: 'RSA', n, e };
  const pem = createPublicKey({ key: publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const now = Math.floor(Date.now() / 1_000);
  const usual = {
    iss: url,
    aud: 'spillway',
    sub: 'forged',
    client_id: 'forged',
    scope: 'items/read items/write computations/read computations/write',
    token_use: 'access',
    iat: now,
    exp: now + 3_600,
    jti: randomUUID(),
  };
  const sign = (claims: JWTPayload, header: object, by: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(by);
  return {
    signed: (changes = {}) => sign(JSON.parse(JSON.stringify({ ...usual, ...changes })), {}, key),
    signedByStranger: (header = {}) => sign(usual, header, stranger.privateKey),
    assembled: (header, signature) => {
      const input = `${base64url(header)}.${base64url(usual)}`;
      return `${input}.${typeof signature === 'string' ? signature : signature(input)}`;
    },
    publicKeys: [String(pem), String(pem).trim(), JSON.stringify(publicJwk), n],
    strangersKey: await exportJWK(stranger.publicKey),
  };
};

/** The signature of HS256, with any text as the secret. */
export const hmac =
  (secret: string) =>
  (input: string): string =>
    createHmac('sha256', secret).update(input).digest('base64url');
