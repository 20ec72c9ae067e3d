import { type Instance, type Invocation, invoke } from './invocation.ts';
import { describeTask, type QueuedMessage } from './message.ts';
import type { Platform } from './platform.ts';
import type { Received, SimulatedQueue } from './sqs.ts';

/** An instance of the function behind a queue. */
export interface Consumer {
  readonly instance: Instance;
  /** What it does with a message; rejects when the message must come again. */
  handle(message: QueuedMessage, invocation: Invocation, remainingMs: () => number): Promise<void>;
  /** Said of a message that it is done with, and that is deleted now. */
  done(invocation: Invocation, message: QueuedMessage): void;
  /** After a failure: says when the message comes again. */
  postpone(receipt: string, error: unknown, receiveCount: number): Promise<void>;
}

/** An event source mapping: hands each visible message to an instance, as many at once as it may. */
export class Mapping {
  readonly #platform: Platform;
  readonly #queue: SimulatedQueue;
  readonly #options: { start(): Consumer; readonly concurrency: number; readonly timeoutMs: number };
  readonly #idle: Consumer[] = [];
  busy = 0;
  #wakesAt = Number.POSITIVE_INFINITY;

  constructor(
    platform: Platform,
    queue: SimulatedQueue,
    options: { start(): Consumer; readonly concurrency: number; readonly timeoutMs: number },
  ) {
    this.#platform = platform;
    this.#queue = queue;
    this.#options = options;
  }

  /** Delivers what can be delivered now, and comes back when there may be more. */
  pump() {
    while (this.busy < this.#options.concurrency) {
      const received = this.#queue.receive(undefined, (message) => this.#redriven(message));
      if (received === undefined) return this.#wake(this.#queue.nextVisibleAt());
      this.#deliver(received);
    }
  }

  #redriven(message: QueuedMessage) {
    const { world, lives, onArrival } = this.#platform;
    world.faults.count('message moved to the dead-letter queue');
    world.trace('SQS', () => `dead letter ${message.body}`);
    lives.redriven.add(message);
    world.scheduler.after(0, onArrival);
  }

  #wake(at: number | undefined) {
    if (at === undefined || at >= this.#wakesAt) return;
    this.#wakesAt = at;
    this.#platform.world.scheduler.at(at, () => {
      if (this.#wakesAt === at) this.#wakesAt = Number.POSITIVE_INFINITY;
      this.pump();
    });
  }

  #consumer(): Consumer {
    const { dice } = this.#platform.world;
    while (this.#idle.length > 0) {
      const [free] = this.#idle.splice(Math.floor(dice.uniform() * this.#idle.length), 1);
      if (free !== undefined && !this.#platform.isReplaced(free.instance)) return free;
    }
    return this.#options.start();
  }

  #deliver({ message, receipt }: Received) {
    const { world, failureReasons } = this.#platform;
    const { timeoutMs } = this.#options;
    const consumer = this.#consumer();
    const { receiveCount, task } = message;
    const invocation = consumer.instance.begin(
      task === undefined ? 'unreadable' : describeTask(task),
      message,
    );
    const hiddenUntil = this.#queue.visibleAgainAt(receipt) ?? 0;
    const until = world.now + timeoutMs;
    this.busy += 1;
    world.trace(invocation.name, () => `receives (${receiveCount}) ${message.body}`);
    const free = () => {
      this.busy -= 1;
      this.pump();
    };
    const over = () => {
      if (invocation.isDead) return;
      invocation.state = 'settled';
      this.#idle.push(consumer);
      free();
    };
    invoke(world, invocation, timeoutMs, {
      run: () => consumer.handle(message, invocation, () => until - world.now),
      answered: () => {
        this.#sawVisibilityRunOut(hiddenUntil);
        if (!world.faults.occurs('deleted message delivered again')) this.#queue.delete(receipt);
        failureReasons.succeeded(invocation);
        consumer.done(invocation, message);
        over();
      },
      failed: (error) => {
        this.#sawVisibilityRunOut(hiddenUntil);
        failureReasons.failed(invocation, error);
        consumer.postpone(receipt, error, receiveCount).then(over, over);
      },
      died: free,
    });
  }

  #sawVisibilityRunOut(hiddenUntil: number) {
    if (this.#platform.world.now > hiddenUntil) {
      this.#platform.world.faults.count('visibility timeout passed at work');
    }
  }
}
