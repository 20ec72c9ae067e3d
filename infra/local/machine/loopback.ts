import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Opens a server on the loopback interface and resolves to its port; 0 takes a free one. Rejects as the system does. */
export const openOnLoopback = async (server: Server, port = 0): Promise<number> => {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A server without a port.');
  return address.port;
};

/** A port that nobody listens on now. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await openOnLoopback(server);
  server.close();
  return port;
};
