import type { MiddlewareObj } from '@middy/core';
import { contentEncoding, contentType } from '../headers/content-type.ts';
import { parseJson } from '../json.ts';
import { badRequest, Problem } from '../problem.ts';
import { type HttpEvent, requestHeaders } from './event.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the body as JSON. API Gateway delivers most media types in base64, so the body
 * is decoded first and measured then.
 *
 * Answers 415 for another media type, 413 for a body of more bytes, 400 for what is not UTF-8 or not JSON.
 */
export const jsonBody = (
  method: string,
  { contentTypes, maxBytes }: { readonly contentTypes: readonly string[]; readonly maxBytes: number },
): MiddlewareObj<HttpEvent> => ({
  before: ({ event }) => {
    checkContentType(event, method, contentTypes);
    event.json = parseJson(text(event, maxBytes));
  },
});

const checkContentType = (event: HttpEvent, method: string, contentTypes: readonly string[]): void => {
  const headers = requestHeaders(event);
  if (contentEncoding.read(headers) !== 'identity') {
    throw new Problem(415, 'The body must not be compressed', { headers: { 'Accept-Encoding': 'identity' } });
  }
  const { type, charsets } = contentType.read(headers);
  if (!contentTypes.includes(type) || charsets.some((charset) => charset !== '' && charset !== 'utf-8')) {
    throw new Problem(415, `The body must be ${contentTypes.join(' or ')} in UTF-8`, {
      headers: { [method === 'PATCH' ? 'Accept-Patch' : 'Accept']: contentTypes.join(', ') },
    });
  }
};

const text = ({ body = '', isBase64Encoded }: HttpEvent, maxBytes: number): string => {
  const tooLarge = () => new Problem(413, `The body must have ${maxBytes} bytes or less`);
  if (!isBase64Encoded) {
    if (Buffer.byteLength(body) > maxBytes) throw tooLarge();
    return body;
  }
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length > maxBytes) throw tooLarge();
  try {
    return utf8.decode(bytes);
  } catch {
    throw badRequest('The body is not UTF-8');
  }
};
