import type { Dice } from './world/dice.ts';

/** Everything that can go wrong in a history. Those that only come about by themselves have no rate. */
export const FAULTS = [
  'message duplicated',
  'message delayed',
  'message delivered out of order',
  'message lost',
  'queue lost everything',
  'old message came again',
  'late dead letter',
  'deleted message came again',
  'unreadable message',
  'visibility ran out at work',
  'message moved to the dead letters',
  'crash before a call',
  'crash during a call',
  'crash after a call',
  'crash in a kernel',
  'part hangs',
  'timeout of an invocation',
  'instance replaced',
  'send failed',
  'send half failed',
  'send took some entries',
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
  'sweep out of turn',
  'two sweeps at once',
  'sweep of everything',
  'stale read',
  'stale list',
  'stale nomination',
  'computation deleted by its TTL',
  'node deleted by its TTL',
  'removed and created again',
  'expired and created again',
  'work that the version does not know',
  'kernel refused',
  'kernel threw',
] as const;

export type Fault = (typeof FAULTS)[number];

export type Rates = Partial<Record<Fault, number>>;

/** Decides when a fault strikes, and counts each that did. */
export class Faults {
  readonly counts = new Map<Fault, number>();
  readonly #dice: Dice;
  #rates: Rates;

  constructor(dice: Dice, rates: Rates) {
    this.#dice = dice;
    this.#rates = rates;
  }

  strikes(fault: Fault): boolean {
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
