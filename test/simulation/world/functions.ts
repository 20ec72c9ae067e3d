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
import { WORKER_TIMEOUT_MS } from './timeouts.ts';

/** Lambda's timeouts and the number of instances, as the stack has them. */
const DEAD_LETTER_TIMEOUT_MS = 30_000;
const SWEEPER_TIMEOUT_MS = 60_000;
const DEAD_LETTER_CONCURRENCY = 2;

const startWorker = (platform: Platform): Consumer => {
  const { world, responsibility } = platform;
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
          world.faults.count('work unknown to the version');
        }
        throw error;
      }
    },
    done: (invocation) => responsibility.messageDone(invocation),
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

const startDeadLetterConsumer = (platform: Platform): Consumer => {
  const instance = platform.start('dead-letters');
  const engine = engineOf(platform, instance);
  return {
    instance,
    handle: ({ body }) => failFromDeadLetter(engine, readable(platform, instance, body)),
    done: (invocation, message) =>
      platform.responsibility.deadLetterDone(invocation, message, readable(platform, instance, message.body)),
    // As functions/dead-letters/handler.ts does: the message comes again when the queue's own timeout ends.
    postpone: async () => {},
  };
};

/** The functions that work by themselves: workers and dead letters behind their queues, and the sweeper. */
export class Functions {
  readonly #platform: Platform;
  readonly #workers: Mapping;
  readonly #deadLetterConsumers: Mapping;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#workers = new Mapping(platform, platform.queue, {
      start: () => startWorker(platform),
      concurrency: platform.world.profile.workers,
      timeoutMs: WORKER_TIMEOUT_MS,
    });
    this.#deadLetterConsumers = new Mapping(platform, platform.deadLetters, {
      start: () => startDeadLetterConsumer(platform),
      concurrency: DEAD_LETTER_CONCURRENCY,
      timeoutMs: DEAD_LETTER_TIMEOUT_MS,
    });
    platform.onArrival = () => {
      this.#workers.pump();
      this.#deadLetterConsumers.pump();
    };
  }

  get isIdle(): boolean {
    const { queue, deadLetters } = this.#platform;
    return queue.size + deadLetters.size + this.#workers.busy + this.#deadLetterConsumers.busy === 0;
  }

  /** One run of the sweeper: of what is due, or of everything. */
  sweep(all: boolean): void {
    const { world, responsibility, failureReasons } = this.#platform;
    const instance = this.#platform.start('sweeper');
    const invocation = instance.begin('sweep');
    invocation.sweepsAll = all;
    const until = world.now + SWEEPER_TIMEOUT_MS;
    invoke(world, invocation, SWEEPER_TIMEOUT_MS, {
      run: () => sweep(engineOf(this.#platform, instance), { all, remainingMs: () => until - world.now }),
      answered: () => {
        failureReasons.succeeded(invocation);
        responsibility.sweepDone(invocation);
        invocation.state = 'settled';
      },
      failed: (error) => {
        failureReasons.failed(invocation, error);
        invocation.state = 'settled';
      },
      died: () => {},
    });
  }
}
