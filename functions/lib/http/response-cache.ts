import { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../ports.ts';

/** An answer as it was given: nothing in it is changed by whoever gets it. */
export interface Answer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Entry {
  readonly answer: Answer;
  /** When it was true, in milliseconds since the epoch. */
  readonly at: number;
}

/** What an entry costs besides its texts. */
const ENTRY_BYTES = 500;

/** Older answers are given to nobody, whatever they accept. */
const MAX_AGE_SECONDS = 60 * 60;

/** A text is two bytes a character at most. */
const bytesOf = ({ answer: { headers, body } }: Entry, key: string): number =>
  ENTRY_BYTES + 2 * (key.length + body.length + JSON.stringify(headers).length);

/** A tenant is a digest, so that no two pairs of tenant and target have the same key. */
const keyOf = (tenant: string, target: string): string => `${tenant} ${target}`;

/**
 * What an instance has lately answered, for clients that accept old answers. Bounded in bytes: what has not been
 * asked for longest goes first.
 */
export class ResponseCache {
  readonly #entries: BoundedMap<string, Entry>;
  readonly #clock: Clock;
  #writes = 0;

  constructor(maxBytes: number, clock: Clock) {
    this.#entries = new BoundedMap({ bytes: { max: maxBytes, of: bytesOf } });
    this.#clock = clock;
  }

  /** How many bytes it holds now. */
  get bytes(): number {
    return this.#entries.bytes;
  }

  /** A mark of now, for `keep`. */
  mark(): { readonly at: number; readonly writes: number } {
    return { at: this.#clock.now(), writes: this.#writes };
  }

  /** Keeps an answer whose reading began at the mark, unless something was written since. */
  keep(tenant: string, target: string, answer: Answer, mark: ReturnType<ResponseCache['mark']>): void {
    if (mark.writes === this.#writes) this.#entries.set(keyOf(tenant, target), { answer, at: mark.at });
  }

  /** The answer that was kept, if it is at most so many seconds old, and its age in whole seconds. */
  find(tenant: string, target: string, maxSeconds: number): (Answer & { readonly age: number }) | undefined {
    const entry = this.#entries.get(keyOf(tenant, target));
    if (entry === undefined) return undefined;
    const age = Math.max(0, Math.ceil((this.#clock.now() - entry.at) / 1_000));
    return age <= Math.min(maxSeconds, MAX_AGE_SECONDS) ? { ...entry.answer, age } : undefined;
  }

  /** Something of the tenant was written, or may have been. */
  invalidate(tenant: string): void {
    this.#writes += 1;
    const prefix = keyOf(tenant, '');
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }
}
