import { type QueuedMessage, taskName, taskOf } from './message.ts';

interface Kept {
  readonly message: QueuedMessage;
  visibleAt: number;
  /** Of its last receive; an older one no longer means anything. */
  receipt: string | undefined;
}

export interface Received {
  readonly message: QueuedMessage;
  readonly receipt: string;
}

export interface QueueOptions {
  /** Milliseconds. */
  now(): number;
  readonly visibilityMs: number;
  /** Where a message goes that has been received `maxReceiveCount` times and is asked for once more. */
  readonly redrive?: { readonly maxReceiveCount: number; readonly deadLetters: SimulatedQueue };
  /** Which of so many visible messages is received next: a standard queue promises no order. */
  pick(length: number): number;
}

/** As SQS says that a receipt is of no message that somebody holds. */
class MessageNotInflight extends Error {
  override readonly name = 'MessageNotInflight';
}

/** As SQS refuses a batch that is empty, of more than ten, or of two entries with the same id. */
export const checkBatch = (entries: readonly { readonly Id?: string | undefined }[]): void => {
  const ids = new Set(entries.map(({ Id }) => Id));
  if (entries.length === 0 || entries.length > 10 || ids.size < entries.length) {
    throw new Error(`SQS takes no batch of ${entries.length} entries with ${ids.size} ids`);
  }
};

/** A standard queue as SQS has it; the contract suite and a differential test hold it to that. */
export class SimulatedQueue {
  readonly #options: QueueOptions;
  #messages: Kept[] = [];
  #receipts = 0;
  /** How many undeleted messages ask for the same. */
  readonly #names = new Map<string, number>();

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#messages.length;
  }

  get messages(): readonly QueuedMessage[] {
    return this.#messages.map(({ message }) => message);
  }

  /** How many messages that ask for this have not been deleted yet, visible or not. */
  count(name: string): number {
    return this.#names.get(name) ?? 0;
  }

  send(body: string, delayMs = 0): QueuedMessage {
    const message = { body, task: taskOf(body), receiveCount: 0, sentAt: undefined };
    this.#keep(message, this.#options.now() + delayMs);
    return message;
  }

  #keep(message: QueuedMessage, visibleAt: number): void {
    this.#messages.push({ message, visibleAt, receipt: undefined });
    this.#tally(message, 1);
  }

  #tally({ task }: QueuedMessage, change: number): void {
    if (task === undefined) return;
    const name = taskName(task);
    this.#names.set(name, (this.#names.get(name) ?? 0) + change);
  }

  #drop(kept: Kept): void {
    this.#messages.splice(this.#messages.indexOf(kept), 1);
    this.#tally(kept.message, -1);
  }

  /** One visible message, hidden from now on; `redriven` hears of each that became a dead letter instead. */
  receive(
    visibilityMs = this.#options.visibilityMs,
    redriven: (message: QueuedMessage) => void = () => {},
  ): Received | undefined {
    const { now, pick, redrive } = this.#options;
    for (;;) {
      const visible = this.#messages.filter(({ visibleAt }) => visibleAt <= now());
      const kept = visible[visible.length < 2 ? 0 : pick(visible.length)];
      if (kept === undefined) return undefined;
      const { message } = kept;
      message.receiveCount += 1;
      if (redrive !== undefined && message.receiveCount > redrive.maxReceiveCount) {
        this.#drop(kept);
        redrive.deadLetters.#keep(message, now());
        redriven(message);
        continue;
      }
      this.#receipts += 1;
      kept.receipt = `receipt-${this.#receipts}`;
      kept.visibleAt = now() + visibilityMs;
      return { message, receipt: kept.receipt };
    }
  }

  /** The message of this receipt, unless it was received again since. */
  #held(receipt: string): Kept | undefined {
    return this.#messages.find((kept) => kept.receipt === receipt);
  }

  /** Whether there was a message to delete; SQS itself does not say. */
  delete(receipt: string): boolean {
    const kept = this.#held(receipt);
    if (kept === undefined) return false;
    this.#drop(kept);
    return true;
  }

  /** @throws {MessageNotInflight} when nobody holds a message by this receipt */
  changeVisibility(receipt: string, ms: number): void {
    const kept = this.#held(receipt);
    const now = this.#options.now();
    if (kept === undefined || kept.visibleAt <= now) throw new MessageNotInflight();
    kept.visibleAt = now + ms;
    if (ms === 0) {
      kept.receipt = undefined;
      // Behind what waits already, as a message that was just sent.
      this.#messages.splice(this.#messages.indexOf(kept), 1);
      this.#messages.push(kept);
    }
  }

  /** When the next message can be received, in milliseconds, or undefined when there is none. */
  nextVisibleAt(): number | undefined {
    return this.#messages.reduce<number | undefined>(
      (soonest, { visibleAt }) => Math.min(soonest ?? visibleAt, visibleAt),
      undefined,
    );
  }

  /** Until when the message of this receipt is hidden, in milliseconds. */
  visibleAgainAt(receipt: string): number | undefined {
    return this.#held(receipt)?.visibleAt;
  }

  /** Forgets every message; the letters that were lost. */
  purge(): QueuedMessage[] {
    const lost = this.#messages.map(({ message }) => message);
    this.#messages = [];
    this.#names.clear();
    return lost;
  }
}
