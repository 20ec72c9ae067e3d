import type { RequestHeader } from './header.ts';

/** A media type, in lower case. */
export interface MediaType {
  /** Such as `application/json`; empty where the request names none. */
  readonly type: string;
  /** The values of its `charset` parameters; there should be one at most. */
  readonly charsets: readonly string[];
}

/** A value with or without quotes. */
const VALUE = /^"?([^"\s]*)"?$/;

const charsetOf = (parameter: string): string | undefined => {
  const equals = parameter.indexOf('=');
  if (equals < 0 || parameter.slice(0, equals).trim() !== 'charset') return undefined;
  return VALUE.exec(parameter.slice(equals + 1).trim())?.[1];
};

export const contentType: RequestHeader<MediaType, 'Content-Type'> = {
  name: 'Content-Type',
  description: 'The media type of the body',
  read: ({ header }) => {
    const [type = '', ...parameters] = (header('Content-Type') ?? '').toLowerCase().split(';');
    return {
      type: type.trim(),
      charsets: parameters.map(charsetOf).filter((charset) => charset !== undefined),
    };
  },
};

/** How the body is compressed, in lower case; `identity`: it is not. */
export const contentEncoding: RequestHeader<string, 'Content-Encoding'> = {
  name: 'Content-Encoding',
  description: 'How the body is compressed',
  read: ({ header }) => header('Content-Encoding')?.trim().toLowerCase() ?? 'identity',
};
