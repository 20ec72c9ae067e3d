import { type Access, accessText } from './access.ts';
import type { LogLine } from './log.ts';

/** A line as a person reads it: of the API about a request, or of a function. */
export interface JournalEntry {
  /** Rises by one from entry to entry. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The function's label, or `api`. */
  readonly source: string;
  readonly level: string;
  readonly text: string;
}

/** What happened lately, of requests and functions alike: what `npm start` prints. */
export class Journal {
  readonly #entries: JournalEntry[] = [];
  readonly #capacity: number;
  #number = 0;

  constructor(capacity = 200) {
    this.#capacity = capacity;
  }

  /** The newest entries, oldest first. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  addAccess(access: Access): void {
    const level = access.status >= 500 ? 'ERROR' : 'INFO';
    this.#add({ time: Date.now(), source: 'api', level, text: accessText(access) });
  }

  addLine({ time, source, shown }: LogLine): void {
    if (shown !== undefined) this.#add({ time, source, ...shown });
  }

  #add(entry: Omit<JournalEntry, 'number'>): void {
    this.#number += 1;
    if (this.#entries.push({ number: this.#number, ...entry }) > this.#capacity) this.#entries.shift();
  }
}
