import type { IncomingMessage } from 'node:http';

/** What API Gateway accepts. */
const maxBodyBytes = 10 * 1024 * 1024;

/** The whole body; undefined when it is more than API Gateway accepts. */
export const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const { 'content-length': announced = '0', 'transfer-encoding': coding } = request.headers;
  if (Number(announced) > maxBodyBytes) return discard(request);
  if (Number(announced) === 0 && coding === undefined) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let length = 0;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
    else resolve(undefined); // and read on to nowhere, as `discard` does
  });
  request.on('end', () => resolve(Buffer.concat(chunks)));
  request.on('error', reject);
  return promise;
};

/** Reads on to nowhere: a client that is still sending would not see an answer on a connection that was cut. */
const discard = (request: IncomingMessage): undefined => {
  request.resume();
};
