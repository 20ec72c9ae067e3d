import type { Faults } from '../faults.ts';
import type { Profile } from '../profile.ts';
import type { Dice } from './dice.ts';
import type { Scheduler } from './scheduler.ts';

/** A promise of the engine that was broken, and when. */
export interface Violation {
  /** The number of the invariant in the design, and its sentence. */
  readonly invariant: string;
  readonly detail: string;
}

/** What everything in a history shares: its chance, its time, its faults, and where it writes what it saw. */
export class World {
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly profile: Profile;
  /** When the history began, in milliseconds since the Unix epoch. */
  readonly start: number;
  violation: Violation | undefined;
  /** What happened, line by line; undefined where nobody is going to read it. */
  readonly lines: string[] | undefined;

  constructor(parts: Pick<World, 'dice' | 'scheduler' | 'faults' | 'profile'>, traced: boolean) {
    this.dice = parts.dice;
    this.scheduler = parts.scheduler;
    this.faults = parts.faults;
    this.profile = parts.profile;
    this.start = parts.scheduler.now;
    this.lines = traced ? [] : undefined;
  }

  get now(): number {
    return this.scheduler.now;
  }

  /** A line of the trace. Building its text costs something, so it is built only where it is read. */
  trace(who: string, what: () => string): void {
    if (this.lines === undefined) return;
    const seconds = ((this.now - this.start) / 1_000).toFixed(3).padStart(11);
    this.lines.push(`${seconds} s  ${who.padEnd(16)} ${what()}`);
  }

  /** The first broken promise ends the history. */
  violate(invariant: string, detail: string): void {
    this.trace('CHECK', () => `broken: ${invariant}: ${detail}`);
    this.violation ??= { invariant, detail };
  }
}
