import type { Dice } from './world/dice.ts';

/** Everything that can go wrong in a history. Those that only come about by themselves have no rate. */
export const FAULTS = [
  'message duplicated',
  'message delayed',
  'message delivered out of order',
  'message lost',
  'queue lost everything',
  'old message delivered again',
  'late dead letter',
  'deleted message delivered again',
  'unreadable message',
  'visibility timeout passed at work',
  'message moved to the dead-letter queue',
  'crash before a call',
  'crash during a call',
  'crash after a call',
  'crash in a kernel',
  'part hangs',
  'invocation timed out',
  'instance replaced',
  'send failed',
  'send failed halfway',
  'send accepted some entries',
  'send applied, no answer',
  'send repeated by the SDK',
  'read failed',
  'write throttled',
  'write timed out',
  'write applied, no answer',
  'write repeated by the SDK',
  'write applied after its timeout',
  'outage of the store',
  'outage of the queue',
  'slow call',
  'skewed clock',
  'sweep off schedule',
  'two sweeps at once',
  'sweep of everything',
  'stale read',
  'stale list',
  'stale index of due visits',
  'computation deleted by its TTL',
  'node deleted by its TTL',
  'removed and created again',
  'expired and created again',
  'work unknown to the version',
  'kernel refused',
  'kernel threw',
] as const;

export type Fault = (typeof FAULTS)[number];

export type Rates = Partial<Record<Fault, number>>;

/** Decides when a fault occurs, and counts each that did. */
export class Faults {
  readonly counts = new Map<Fault, number>();
  readonly #dice: Dice;
  #rates: Rates;

  constructor(dice: Dice, rates: Rates) {
    this.#dice = dice;
    this.#rates = rates;
  }

  occurs(fault: Fault): boolean {
    const rate = this.#rates[fault];
    if (rate === undefined || !this.#dice.chance(rate)) return false;
    this.count(fault);
    return true;
  }

  rate(fault: Fault): number {
    return this.#rates[fault] ?? 0;
  }

  count(fault: Fault): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
  }

  /** From now on nothing goes wrong any more that has a rate. */
  stop(): void {
    this.#rates = {};
  }
}
