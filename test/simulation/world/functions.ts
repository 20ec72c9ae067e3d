import { failFromDeadLetter } from '../../../functions/lib/engine/dead-letter.ts';
import { KernelException, UnknownWorkError } from '../../../functions/lib/engine/errors.ts';
import { sweep } from '../../../functions/lib/engine/sweep.ts';
import { createWorker } from '../../../functions/lib/engine/worker.ts';
import { equalJitter, fullJitter } from '../../../functions/lib/events/backoff.ts';
import { messages } from '../../../functions/limits.ts';
import { engineOf } from './engine.ts';
import { invoke } from './invocation.ts';
import { type Consumer, Mapping } from './mapping.ts';
import type { Platform } from './platform.ts';
import { hidePort, readable } from './queue-port.ts';

/** Lambda's timeouts and the number of instances, as the stack has them. */
export const WORKER_TIMEOUT_MS = 60_000;
const LETTERS_TIMEOUT_MS = 30_000;
const SWEEPER_TIMEOUT_MS = 60_000;
const UNDERTAKERS = 2;

const startWorker = (platform: Platform): Consumer => {
  const { world, care } = platform;
  const instance = platform.start('worker');
  const work = createWorker(engineOf(platform, instance));
  const hide = hidePort(platform, instance);
  return {
    instance,
    handle: async ({ body, receiveCount }, invocation, remainingMs) => {
      try {
        await work(readable(platform, instance, body), { receiveCount, remainingMs });
      } catch (error) {
        if (error instanceof UnknownWorkError) {
          invocation.unknownWork = true;
          world.faults.count('work that the version does not know');
        }
        throw error;
      }
    },
    done: (invocation) => care.done(invocation),
    // As functions/worker/handler.ts does.
    postpone: (receipt, error, receiveCount) => {
      const uniform = () => world.dice.uniform();
      const seconds =
        error instanceof KernelException
          ? fullJitter(messages.exceptionBackoff, receiveCount, uniform)
          : equalJitter(messages.outageBackoff, receiveCount, uniform);
      return hide(receipt, seconds);
    },
  };
};

const startUndertaker = (platform: Platform): Consumer => {
  const instance = platform.start('dead-letters');
  const engine = engineOf(platform, instance);
  return {
    instance,
    handle: ({ body }) => failFromDeadLetter(engine, readable(platform, instance, body)),
    done: (invocation, letter) =>
      platform.care.buried(invocation, letter, readable(platform, instance, letter.body)),
    // As functions/dead-letters/handler.ts does: the letter comes again when the queue's own timeout ends.
    postpone: async () => {},
  };
};

/** The functions that work by themselves: workers and dead letters behind their queues, and the sweeper. */
export class Functions {
  readonly #platform: Platform;
  readonly #workers: Mapping;
  readonly #undertakers: Mapping;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#workers = new Mapping(platform, platform.queue, {
      start: () => startWorker(platform),
      concurrency: platform.world.profile.workers,
      timeoutMs: WORKER_TIMEOUT_MS,
    });
    this.#undertakers = new Mapping(platform, platform.deadLetters, {
      start: () => startUndertaker(platform),
      concurrency: UNDERTAKERS,
      timeoutMs: LETTERS_TIMEOUT_MS,
    });
    platform.onArrival = () => {
      this.#workers.pump();
      this.#undertakers.pump();
    };
  }

  get isIdle(): boolean {
    const { queue, deadLetters } = this.#platform;
    return queue.size + deadLetters.size + this.#workers.busy + this.#undertakers.busy === 0;
  }

  /** One run of the sweeper: of what is due, or of everything. */
  sweep(all: boolean): void {
    const { world, care, excuses } = this.#platform;
    const instance = this.#platform.start('sweeper');
    const invocation = instance.begin('sweep');
    invocation.sweepsAll = all;
    const until = world.now + SWEEPER_TIMEOUT_MS;
    invoke(world, invocation, SWEEPER_TIMEOUT_MS, {
      run: () => sweep(engineOf(this.#platform, instance), { all, remainingMs: () => until - world.now }),
      answered: () => {
        excuses.workedWell(invocation);
        care.swept(invocation);
        invocation.state = 'settled';
      },
      failed: (error) => {
        excuses.failed(invocation, error);
        invocation.state = 'settled';
      },
      died: () => {},
    });
  }
}
