import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that sends whatever it is told to, as no client library would. */
export const rawConnection = async (url: string): Promise<Socket> => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {}); // the other side may cut it at any time
  await once(socket, 'connect');
  return socket;
};

/** Sends bytes, and resolves to all that comes back until the other side ends the connection or says no more. */
export const exchange = async (url: string, bytes: string, quietMs = 300): Promise<string> => {
  const socket = await rawConnection(url);
  let received = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  let quiet: NodeJS.Timeout | undefined;
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    clearTimeout(quiet);
    quiet = setTimeout(resolve, quietMs);
  });
  socket.on('close', () => resolve());
  socket.write(Buffer.from(bytes, 'latin1'));
  await promise;
  clearTimeout(quiet);
  socket.destroy();
  return received;
};

/** The status of each answer on a connection. */
export const statusesOf = (received: string): number[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
