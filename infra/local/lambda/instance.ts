import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '../machine/guarded-process.ts';
import type { FunctionDefinition } from './definition.ts';
import { type ExitError, exited, timedOut } from './exit-errors.ts';
import type { Initialization } from './handler.ts';
import { firstWord, forEachLine } from './lines.ts';
import type { FunctionError, Outcome } from './outcome.ts';

export interface InstanceOptions {
  readonly definition: FunctionDefinition;
  readonly initialization: Initialization;
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called with each line that the function writes. */
  readonly onLine: (line: string) => void;
  /** Why the function's role does not allow a request to DynamoDB; undefined: it may pass. */
  readonly check: (operation: string, body: unknown) => string | undefined;
}

/** An event to run. */
export interface Invocation {
  readonly requestId: string;
  readonly traceId: string;
  /** The event, as JSON in one line. */
  readonly payload: string;
}

/** The invocation that an instance runs. */
interface Current {
  readonly requestId: string;
  readonly timeout: NodeJS.Timeout;
  /** Undefined when the runtime has answered. */
  finish: ((outcome: Outcome) => void) | undefined;
}

/** What the runtime asks before the function calls DynamoDB. */
interface Question {
  readonly operation: string;
  readonly body: unknown;
}

/** Lambda gives an instance this long to load. */
const initSeconds = 10;
/** What a function may answer at most. */
const maxResponseBytes = 6 * 1024 * 1024;
/** What a line of a log holds at most. */
const maxLineLength = 8_192;

const runtime = fileURLToPath(new URL('./runtime.mjs', import.meta.url));

/**
 * One instance of a function: a process with its own environment and heap, which runs one event at a time.
 * When it crashes, or runs past the function's timeout or memory, it is gone, and the outcome of the event that it
 * was running says so. It is a process and not a thread, because V8 ends the whole process when a thread's heap
 * cannot grow in one step as far as it has to, as a Map's does.
 *
 * The process and the platform talk over a socket in lines, which have the names of Lambda's Runtime API
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html): the runtime asks for its `next` invocation and
 * gives the `response` or the `error` of each; `init-error` says why it cannot start. Beyond that API are `exit`, why
 * it is about to end, and `authorize`, whether the role allows a call.
 */
export class Instance {
  /** Resolves once: with nothing when the instance can run events, with the error when it never will. */
  readonly initialized: Promise<FunctionError | undefined>;
  /** Resolves when the process has ended, for whatever reason. */
  readonly gone: Promise<void>;
  readonly #options: InstanceOptions;
  readonly #onNext: (instance: Instance) => void;
  readonly #process: ChildProcess;
  readonly #channel: Socket;
  readonly #initialization = Promise.withResolvers<FunctionError | undefined>();
  readonly #initTimeout: NodeJS.Timeout;
  #current: Current | undefined;
  /** Why it is gone, or about to be. */
  #exitError: ExitError | undefined;

  /** Calls `onNext` whenever the runtime asks for its next invocation. */
  constructor(options: InstanceOptions, onNext: (instance: Instance) => void) {
    const { definition, initialization, environment } = options;
    this.#options = options;
    this.#onNext = onNext;
    this.#process = spawnGuarded(
      process.execPath,
      [`--max-old-space-size=${definition.memoryMegabytes}`, runtime],
      { cwd: definition.directory, env: environment, channel: true },
    );
    this.#initTimeout = setTimeout(() => this.#kill(timedOut(initSeconds)), initSeconds * 1_000);
    this.initialized = this.#initialization.promise;
    const ended = Promise.withResolvers<void>();
    this.gone = ended.promise;
    const end = (why: ExitError) => {
      this.#end(why);
      ended.resolve();
    };
    this.#process.on('error', ({ message }) =>
      end(() => ({ errorType: 'Runtime.ExitError', errorMessage: message })),
    );
    // Node.js reads what a process has said before it tells of its end.
    this.#process.on('exit', (code, signal) => end(exited(code, signal)));
    this.#readLog();
    this.#channel = this.#process.stdio[3] as Socket;
    this.#channel.on('error', () => {}); // a line that no longer arrives: the end of the process is the answer
    forEachLine(this.#channel, (line) => this.#hear(...firstWord(line)));
    this.#tell(JSON.stringify(initialization));
  }

  /** False from the moment that the process has ended or is about to. */
  get alive(): boolean {
    return this.#exitError === undefined;
  }

  /**
   * Runs one event. Only to be called when the runtime has asked for it. `onOutcome` is called in the same step in which
   * the runtime answers: in the next one it may ask for another event.
   */
  run({ requestId, traceId, payload }: Invocation, onOutcome: (outcome: Outcome) => void): void {
    const { timeoutSeconds } = this.#options.definition;
    const timeout = setTimeout(() => this.#kill(timedOut(timeoutSeconds)), timeoutSeconds * 1_000);
    this.#current = { requestId, timeout, finish: onOutcome };
    const deadlineMs = Date.now() + timeoutSeconds * 1_000;
    this.#tell(`invocation ${JSON.stringify({ requestId, deadlineMs, traceId })}\n${payload}`);
  }

  /** Ends the process; an event that it was running ends as a crash. */
  async stop(): Promise<void> {
    this.#kill(exited(null, 'SIGKILL'));
    await this.gone;
  }

  #readLog(): void {
    const onLine = (line: string) => this.#options.onLine(line.slice(0, maxLineLength));
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      const rest = forEachLine(output, onLine, maxLineLength);
      output?.on('end', () => {
        if (rest() !== '') onLine(rest());
      });
    }
  }

  #hear(message: string, rest: string): void {
    switch (message) {
      case 'next':
        this.#next();
        break;
      case 'response': {
        const [requestId, payload] = firstWord(rest);
        this.#finish(requestId, outcomeOf(payload));
        break;
      }
      case 'error': {
        const [requestId, error] = firstWord(rest);
        this.#finish(requestId, { kind: 'error', error: JSON.parse(error) as FunctionError });
        break;
      }
      case 'authorize': {
        const { operation, body } = JSON.parse(rest) as Question;
        this.#tell(JSON.stringify(this.#options.check(operation, body) ?? null));
        break;
      }
      case 'init-error':
      case 'exit': {
        const error = JSON.parse(rest) as FunctionError;
        this.#exitError ??= () => error;
      }
    }
  }

  #next(): void {
    if (this.#current?.finish !== undefined) {
      void this.stop(); // it owes an answer
      return;
    }
    clearTimeout(this.#initTimeout);
    clearTimeout(this.#current?.timeout);
    this.#current = undefined;
    this.#initialization.resolve(undefined);
    this.#onNext(this);
  }

  #finish(requestId: string, outcome: Outcome): void {
    const current = this.#current;
    if (current?.finish === undefined || current.requestId !== requestId) {
      void this.stop(); // nobody may get another's answer
      return;
    }
    const { finish } = current;
    current.finish = undefined;
    finish(outcome);
  }

  #tell(message: string): void {
    this.#channel.write(`${message}\n`);
  }

  #kill(why: ExitError): void {
    this.#exitError ??= why;
    this.#process.kill('SIGKILL');
  }

  /** Fails what was under way when the process ended. */
  #end(why: ExitError): void {
    clearTimeout(this.#initTimeout);
    clearTimeout(this.#current?.timeout);
    this.#exitError ??= why;
    const error = this.#exitError(this.#current?.requestId ?? 'none');
    this.#initialization.resolve(error);
    this.#current?.finish?.({ kind: 'error', error });
    this.#current = undefined;
  }
}

const outcomeOf = (payload: string): Outcome =>
  Buffer.byteLength(payload) <= maxResponseBytes
    ? { kind: 'success', payload }
    : {
        kind: 'error',
        error: {
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
        },
      };
