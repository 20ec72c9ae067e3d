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
  readonly bytes: number;
}

/** What an entry costs besides its texts. */
const ENTRY_BYTES = 500;

/** Older answers are given to nobody, whatever they accept. */
const MAX_AGE_SECONDS = 60 * 60;

/** A text is two bytes a character at most. */
const bytesOf = (target: string, { headers, body }: Answer): number =>
  ENTRY_BYTES + 2 * (target.length + body.length + JSON.stringify(headers).length);

/**
 * What an instance has lately answered, for clients that accept old answers. Bounded in bytes: the tenant that has
 * not asked for longest loses its oldest answer first. A tenant's answers are in a map of its own, so that no
 * mistake in a key can show them to another.
 */
export class ResponseCache {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  /** By tenant, then by target; of each the longest unused first. */
  readonly #tenants = new Map<string, Map<string, Entry>>();
  #bytes = 0;
  #writes = 0;

  constructor(maxBytes: number, clock: Clock) {
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  /** How many bytes it holds now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A mark of now, for `keep`. */
  mark(): { readonly at: number; readonly writes: number } {
    return { at: this.#clock.now(), writes: this.#writes };
  }

  /** Keeps an answer whose reading began at the mark, unless something was written since. */
  keep(tenant: string, target: string, answer: Answer, mark: ReturnType<ResponseCache['mark']>): void {
    const bytes = bytesOf(target, answer);
    if (mark.writes !== this.#writes || bytes > this.#maxBytes) return;
    const answers = this.#tenants.get(tenant) ?? new Map<string, Entry>();
    this.#drop(tenant, answers, target);
    answers.set(target, { answer, at: mark.at, bytes });
    this.#tenants.delete(tenant);
    this.#tenants.set(tenant, answers);
    this.#bytes += bytes;
    this.#shrink();
  }

  /** The answer that was kept, if it is at most so many seconds old, and its age in whole seconds. */
  find(tenant: string, target: string, maxSeconds: number): (Answer & { readonly age: number }) | undefined {
    const entry = this.#tenants.get(tenant)?.get(target);
    if (entry === undefined) return undefined;
    const age = Math.max(0, Math.ceil((this.#clock.now() - entry.at) / 1_000));
    return age <= Math.min(maxSeconds, MAX_AGE_SECONDS) ? { ...entry.answer, age } : undefined;
  }

  /** Something of the tenant was written, or may have been. */
  forget(tenant: string): void {
    this.#writes += 1;
    for (const { bytes } of this.#tenants.get(tenant)?.values() ?? []) this.#bytes -= bytes;
    this.#tenants.delete(tenant);
  }

  #shrink(): void {
    while (this.#bytes > this.#maxBytes) {
      for (const [tenant, answers] of this.#tenants) {
        const [oldest] = answers.keys();
        if (oldest !== undefined) this.#drop(tenant, answers, oldest);
        break;
      }
    }
  }

  #drop(tenant: string, answers: Map<string, Entry>, target: string): void {
    this.#bytes -= answers.get(target)?.bytes ?? 0;
    answers.delete(target);
    if (answers.size === 0) this.#tenants.delete(tenant);
  }
}
