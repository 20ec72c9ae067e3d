import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformError } from './platform-error.ts';

/** What a pipe takes whole, whoever reads meanwhile: `PIPE_BUF` of Linux. */
const maxBytes = 4_096;
/** Digits before each message that say how many bytes it has, so that its reader reads no more than that. */
const digits = 4;

/**
 * A pipe to another process from which a message that the process has not begun to read can be taken back, because both
 * sides read it: what one has read the other never sees.
 */
export class Mailbox {
  /** A file descriptor for the other process, to be closed here when that has it. */
  readonly end: number;
  readonly #fd: number;
  /** Bytes of the newest message; zero when it was taken back. */
  #newest = 0;

  /** Undefined where pipes may work in another way than Linux's. Throws a {@link PlatformError} when there can be none. */
  static open(): Mailbox | undefined {
    return process.platform === 'linux' ? new Mailbox() : undefined;
  }

  constructor() {
    const path = join(tmpdir(), `spillway-${randomUUID()}`);
    const { error, status, stderr } = spawnSync('mkfifo', ['-m', '600', path], { encoding: 'utf8' });
    if (status !== 0)
      throw new PlatformError(`A function needs a pipe with a name: ${error?.message ?? stderr.trim()}.`);
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.end = openSync(path, constants.O_RDONLY);
    rmSync(path);
  }

  static fits(message: string): boolean {
    return digits + Buffer.byteLength(message) <= maxBytes;
  }

  /** Puts a message in that {@link fits}; there is room for two. */
  put(message: string): void {
    const length = String(Buffer.byteLength(message)).padStart(digits, '0');
    this.#newest = writeSync(this.#fd, length + message);
  }

  /** Takes the newest message out; false: the process has begun to read it. */
  takeBack(): boolean {
    if (this.#newest === 0) return false;
    const all = this.#readAll();
    const before = all.length - this.#newest;
    const others = before < 0 ? all : all.subarray(0, before);
    if (others.length > 0) writeSync(this.#fd, others);
    if (before >= 0) this.#newest = 0;
    return before >= 0;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readAll(): Buffer {
    const all = Buffer.allocUnsafe(2 * maxBytes);
    try {
      return all.subarray(0, readSync(this.#fd, all));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return Buffer.alloc(0);
      throw error;
    }
  }
}
