import { hash } from 'node:crypto';
import type { MiddlewareObj } from '@middy/core';
import { annotate } from '../../observability/context.ts';
import { unauthorized } from '../problem.ts';
import type { HttpEvent } from './event.ts';

/**
 * Who asks: the first 22 characters (132 bits) of the SHA-256, in base64url, of exactly one claim of the token.
 * A hash, because the claim may hold characters and lengths that keys and message groups may not.
 */
export const tenancy = (claim: string): MiddlewareObj<HttpEvent> => ({
  before: ({ event }) => {
    const tenant = hashed(event, claim);
    if (tenant === undefined) return;
    event.tenant = tenant;
    annotate({ tenant });
  },
});

const hashed = (event: HttpEvent, claim: string): string | undefined => {
  const claims = event.requestContext.authorizer?.jwt.claims ?? {};
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  return hash('sha256', value, 'base64url').slice(0, 22);
};

/** Refuses, with 401, a request whose token names no tenant. */
export const tenantRequired = (): MiddlewareObj<HttpEvent> => ({
  before: ({ event }) => {
    if (event.tenant === undefined) throw unauthorized('The token does not name a tenant');
  },
});
