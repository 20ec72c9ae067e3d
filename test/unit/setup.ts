import { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';

/*
 * Unit tests start no process and open no port or connection, so that they are fast and run anywhere. One that tries
 * fails here; it belongs to test/platform or test/integration.
 */
const forbidden = (what: string) => (): never => {
  throw new Error(`A unit test may not ${what}: move it to test/platform or test/integration.`);
};

Socket.prototype.connect = forbidden('open a connection');
Server.prototype.listen = forbidden('listen on a port');
// How `spawn`, `exec` and `fork` start a process; its types do not say so.
Object.assign(ChildProcess.prototype, { spawn: forbidden('start a process') });
