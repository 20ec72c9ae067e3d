import { PlatformError } from '../platform-error.ts';

/** Who asks: any name is a client, and a tenant of its own. */
export interface TokenRequest {
  readonly tenant: string;
  /** Separated by spaces; undefined: every one there is. */
  readonly scope?: string | undefined;
}

/**
 * Gets a token from the platform at this URL, for the credentials of a client. Throws a {@link PlatformError} that
 * says what is wrong: no platform there, no such scope, no such name.
 */
export const requestToken = async (url: string, { tenant, scope }: TokenRequest): Promise<string> => {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: tenant,
    client_secret: 'local',
    ...(scope !== undefined && { scope }),
  });
  const response = await fetch(`${url}/oauth2/token`, { method: 'POST', body }).catch(() => {
    throw new PlatformError(`Nothing answers at ${url}: run npm start, or say where it runs with --url.`);
  });
  const { access_token: token, error } = (await response.json().catch(() => ({}))) as {
    readonly access_token?: string;
    readonly error?: string;
  };
  if (token !== undefined) return token;
  if (error === 'invalid_scope') throw new PlatformError(`There is no scope "${scope}".`);
  if (error === 'invalid_client') throw new PlatformError(`"${tenant}" cannot be the name of a client.`);
  throw new PlatformError(`What answers at ${url} gives no tokens.`);
};
