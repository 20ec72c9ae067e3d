import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '../machine/guarded-process.ts';
import type { Initialization } from './environment.ts';
import { Mailbox } from '../mailbox.ts';
import type { LocalFunction } from '../stack.ts';

/** An error as Lambda answers it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace?: readonly string[];
}

export interface InstanceOptions {
  readonly definition: LocalFunction;
  readonly initialization: Initialization;
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called with each line that the function writes. */
  readonly onLine: (line: string) => void;
  /** Why the function's role does not allow a request to DynamoDB; undefined: it may pass. */
  readonly check: (operation: string, body: unknown) => string | undefined;
}

/** What came of an invocation. */
export type Outcome =
  | { readonly kind: 'success' /** The function's answer as JSON. */; readonly payload: string }
  | { readonly kind: 'error'; readonly error: FunctionError }
  /** It was not run: the function has no more concurrency. */
  | { readonly kind: 'throttled' };

/** Who is told of an event's run, in the same step in which the process says it. */
export interface Run {
  /** The process begins with it. */
  begin(): void;
  /** `untouched`: it was taken back. */
  finish(outcome: Outcome | 'untouched'): void;
}

/** One event to run. */
export interface Request {
  readonly requestId: string;
  /** What the process is told: request id, a space, trace id, a line feed, and the event as JSON in one line. */
  readonly message: string;
}

/** What the process asks about. */
interface Question {
  readonly operation: string;
  readonly body: unknown;
}

/** The error of an event during which the process ended. */
type End = (requestId: string) => FunctionError;

/** Lambda gives an instance this long to load. */
const initSeconds = 10;
/** What a function may answer at most. */
const maxResponseBytes = 6 * 1024 * 1024;
/** What a line of a log holds at most. */
const maxLineLength = 8_192;

const runtime = fileURLToPath(new URL('./runtime.mjs', import.meta.url));

/**
 * One instance of a function: a process with its own environment and heap, which runs one event at a time, and finds
 * another one ready when it has ended that.
 * When it crashes, or runs past the function's timeout or memory, it is gone, and the outcome of the event that it
 * was running says so. It is a process and not a thread, because V8 ends the whole process when a thread's heap
 * cannot grow in one step as far as it has to, as a Map's does.
 */
export class Instance {
  /** Resolves once: with nothing when the instance can run events, with the error when it never will. */
  readonly ready: Promise<FunctionError | undefined>;
  /** Resolves when the process has ended, for whatever reason. */
  readonly gone: Promise<void>;
  readonly #definition: LocalFunction;
  readonly #process: ChildProcess;
  readonly #channel: Socket;
  /** Where there is none an event goes over the channel, and none lies ready. */
  readonly #mailbox = Mailbox.open();
  /** The event that it runs, and the one that lies ready. */
  readonly #runs: (Run & Pick<Request, 'requestId'>)[] = [];
  /** Why it is gone, or about to be. */
  #end: End | undefined;

  constructor({ definition, initialization, environment, onLine, check }: InstanceOptions) {
    this.#definition = definition;
    this.#process = spawnGuarded(
      process.execPath,
      [`--max-old-space-size=${definition.memoryMegabytes}`, runtime],
      {
        cwd: definition.directory,
        env: environment,
        more: this.#mailbox === undefined ? ['pipe'] : ['pipe', this.#mailbox.end],
      },
    );
    if (this.#mailbox !== undefined) closeSync(this.#mailbox.end);
    const onOutput = (line: string) => onLine(line.slice(0, maxLineLength));
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      const rest = forEachLine(output, onOutput, maxLineLength);
      output?.on('end', () => {
        if (rest() !== '') onOutput(rest());
      });
    }

    const started = Promise.withResolvers<FunctionError | undefined>();
    const ended = Promise.withResolvers<void>();
    this.ready = started.promise;
    this.gone = ended.promise;
    void this.gone.then(() => this.#mailbox?.close());
    const patience = setTimeout(() => this.#kill(timedOut(initSeconds)), initSeconds * 1_000);

    this.#channel = this.#process.stdio[3] as Socket;
    this.#channel.on('error', () => {}); // a line that no longer arrives: the end of the process is the answer
    // What the process says: that it can run events, that it wants to know whether the role allows a request, how the
    // event of a request id ended, or why the process is about to end.
    forEachLine(this.#channel, (line) => {
      const [kind, json] = split(line);
      switch (kind) {
        case 'ready':
          clearTimeout(patience);
          return started.resolve(undefined);
        case 'question': {
          const { operation, body } = JSON.parse(json) as Question;
          return this.#tell(`verdict ${JSON.stringify(check(operation, body) ?? null)}`);
        }
        case 'result': {
          const [requestId, payload] = split(json);
          return this.#finish(requestId, answer(payload));
        }
        case 'error': {
          const [requestId, error] = split(json);
          return this.#finish(requestId, { kind: 'error', error: JSON.parse(error) as FunctionError });
        }
        case 'crash': {
          const error = JSON.parse(json) as FunctionError;
          this.#end ??= () => error;
        }
      }
    });
    const leave = (why: End) => {
      clearTimeout(patience);
      this.#end ??= why;
      const error = this.#end(this.#runs[0]?.requestId ?? 'none');
      started.resolve(error);
      this.takeBack();
      for (const { finish } of this.#runs.splice(0)) finish({ kind: 'error', error });
      ended.resolve();
    };
    this.#process.on('error', ({ message }) =>
      leave(() => ({ errorType: 'Runtime.ExitError', errorMessage: message })),
    );
    // Node.js reads what a process has said before it tells of its end.
    this.#process.on('exit', (code, signal) => leave(exited(code, signal)));
    this.#tell(JSON.stringify({ ...initialization, hasMailbox: this.#mailbox !== undefined }));
  }

  /** False from the moment that the process has ended or is about to. */
  get alive(): boolean {
    return this.#end === undefined;
  }

  /** Whether it has an event. */
  get busy(): boolean {
    return this.#runs.length > 0;
  }

  /** Whether an event may lie ready there, behind the one that it runs. */
  takes({ message }: Request): boolean {
    return this.#mailbox !== undefined && this.alive && !this.#isFull && Mailbox.fits(message);
  }

  /**
   * Runs one event, at once or after the one that it runs. Only to be called when the instance is ready, and not when it
   * is busy and does not take the event.
   */
  run({ requestId, message }: Request, { begin, finish }: Run): void {
    if (this.#mailbox !== undefined && Mailbox.fits(message)) this.#mailbox.put(message);
    else {
      this.#mailbox?.put('');
      this.#tell(message);
    }
    const { timeoutSeconds } = this.#definition;
    let timer: NodeJS.Timeout | undefined;
    this.#runs.push({
      requestId,
      begin: () => {
        timer = setTimeout(() => this.#kill(timedOut(timeoutSeconds)), timeoutSeconds * 1_000);
        begin();
      },
      finish: (outcome) => {
        clearTimeout(timer);
        finish(outcome);
      },
    });
    if (!this.#isFull) this.#runs[0]?.begin();
  }

  /** Takes back the event that lies ready, unless the process has begun with it. */
  takeBack(): void {
    if (this.#isFull && this.#mailbox?.takeBack()) this.#runs.pop()?.finish('untouched');
  }

  /** Ends the process; an event that it was running ends as a crash. */
  async stop(): Promise<void> {
    this.#kill(exited(null, 'SIGKILL'));
    await this.gone;
  }

  get #isFull(): boolean {
    return this.#runs.length > 1;
  }

  #tell(message: string): void {
    this.#channel.write(`${message}\n`);
  }

  #kill(why: End): void {
    this.#end ??= why;
    this.#process.kill('SIGKILL');
  }

  #finish(requestId: string, outcome: Outcome): void {
    const [run, next] = this.#runs;
    if (run?.requestId !== requestId) {
      void this.stop(); // nobody may get another's answer
      return;
    }
    this.#runs.shift();
    next?.begin();
    run.finish(outcome);
  }
}

/** The first word of a line, and the rest. */
const split = (line: string): [string, string] => {
  const space = line.indexOf(' ');
  return [line.slice(0, space), line.slice(space + 1)];
};

const timedOut =
  (seconds: number): End =>
  (requestId) => ({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  });

const signals: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted', // what V8 does when the heap is full
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
};

const exited =
  (code: number | null, signal: NodeJS.Signals | null): End =>
  (requestId) => ({
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${
      signal === null ? `exit status ${code}` : `signal: ${signals[signal] ?? signal}`
    }`,
  });

const answer = (payload: string): Outcome =>
  Buffer.byteLength(payload) <= maxResponseBytes
    ? { kind: 'success', payload }
    : {
        kind: 'error',
        error: {
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
        },
      };

/**
 * Calls back for each whole line of a stream; of one that is longer than `most` the end may be missing. Returns what
 * tells the beginning of the next line, as far as it is there.
 */
const forEachLine = (
  stream: NodeJS.ReadableStream | null,
  onLine: (line: string) => void,
  most = Number.POSITIVE_INFINITY,
): (() => string) => {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    let begin = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', begin)) {
      onLine(rest + chunk.slice(begin, end));
      rest = '';
      begin = end + 1;
    }
    if (rest.length < most) rest += chunk.slice(begin);
  });
  return () => rest;
};
