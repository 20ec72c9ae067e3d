import type { HttpReply } from './reply.ts';

/** A JWT authorizer: whose tokens, and for whom. */
export interface AuthorizerSettings {
  readonly issuer: string;
  readonly audience: readonly string[];
}

/** A request that may pass, with the claims as the function is told them; or the gateway's answer to one that may not. */
export type Authorization =
  | { readonly kind: 'granted'; readonly claims: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly reply: HttpReply };

/** Decides on the `Authorization` header of a request; of the scopes the token needs one, if there are any. */
export type Authorizer = (header: string | undefined, scopes: readonly string[]) => Promise<Authorization>;
