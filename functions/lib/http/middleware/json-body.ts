import type { MiddlewareObj } from '@middy/core';
import { parseJson } from '../json.ts';
import { badRequest, Problem } from '../problem.ts';
import { type HttpEvent, requestHeaders } from './event.ts';

/** The most that a body may have after decoding. */
const MAX_BYTES = 256 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the body as JSON. API Gateway delivers most media types in base64, so the body
 * is decoded first and measured then.
 *
 * Answers 415 for another media type, 413 for a body over 256 KiB, 400 for what is not UTF-8 or not JSON.
 */
export const jsonBody = (method: string, contentTypes: readonly string[]): MiddlewareObj<HttpEvent> => ({
  before: ({ event }) => {
    checkContentType(event, method, contentTypes);
    event.json = parseJson(text(event));
  },
});

const checkContentType = (event: HttpEvent, method: string, contentTypes: readonly string[]): void => {
  const { header } = requestHeaders(event);
  const encoding = header('Content-Encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    throw new Problem(415, 'The body must not be compressed', { headers: { 'Accept-Encoding': 'identity' } });
  }
  const [type = '', ...parameters] = (header('Content-Type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(parameter)?.[1]);
  if (!contentTypes.includes(type.trim()) || charset.some((name) => name && name !== 'utf-8')) {
    throw new Problem(415, `The body must be ${contentTypes.join(' or ')} in UTF-8`, {
      headers: { [method === 'PATCH' ? 'Accept-Patch' : 'Accept']: contentTypes.join(', ') },
    });
  }
};

const text = ({ body = '', isBase64Encoded }: HttpEvent): string => {
  const tooLarge = () => new Problem(413, `The body must have ${MAX_BYTES} bytes or less`);
  if (!isBase64Encoded) {
    if (Buffer.byteLength(body) > MAX_BYTES) throw tooLarge();
    return body;
  }
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length > MAX_BYTES) throw tooLarge();
  try {
    return utf8.decode(bytes);
  } catch {
    throw badRequest('The body is not UTF-8');
  }
};
