/** A word with its count, which is at most `error` too high and never too low. */
export interface Counter {
  readonly word: string;
  readonly count: number;
  readonly error: number;
}

/**
 * The most frequent words of a stream, in bounded memory: A. Metwally, D. Agrawal and A. El Abbadi, "Efficient
 * computation of frequent and top-k elements in data streams", ICDT 2005 (Space-Saving).
 *
 * While there are at most `capacity` distinct words, every count is exact. After that a new word takes the place
 * of one with the lowest count, and takes over its count as its error, so that a word that is more frequent than
 * one in `capacity` is never missed. What it holds after some words depends on these words in their order alone.
 */
export class SpaceSaving {
  readonly #capacity: number;
  readonly #words: string[];
  readonly #counts: number[];
  readonly #errors: number[];
  /** Where each word is. */
  readonly #slots: Map<string, number>;
  /** The lowest count when all slots are taken; no slot before `#cursor` has it. */
  #lowest = 0;
  #cursor = 0;

  /** Goes on from `counters`, in the order in which {@link counters} gave them. */
  constructor(capacity: number, counters: readonly Counter[] = []) {
    this.#capacity = capacity;
    this.#words = counters.map(({ word }) => word);
    this.#counts = counters.map(({ count }) => count);
    this.#errors = counters.map(({ error }) => error);
    this.#slots = new Map(this.#words.map((word, slot) => [word, slot]));
  }

  add(word: string): void {
    const slot = this.#slots.get(word);
    if (slot !== undefined) {
      this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
    } else if (this.#words.length < this.#capacity) {
      this.#put(this.#words.length, word, 0);
    } else {
      const lowest = this.#lowestSlot();
      this.#slots.delete(this.#words[lowest] ?? '');
      this.#put(lowest, word, this.#counts[lowest] ?? 0);
    }
  }

  /** All that it knows. */
  get counters(): Counter[] {
    return this.#words.map((word, slot) => ({
      word,
      count: this.#counts[slot] ?? 0,
      error: this.#errors[slot] ?? 0,
    }));
  }

  #put(slot: number, word: string, error: number): void {
    this.#words[slot] = word;
    this.#counts[slot] = error + 1;
    this.#errors[slot] = error;
    this.#slots.set(word, slot);
  }

  /** The first slot with the lowest count. Counts only rise, so the search goes on from where it ended. */
  #lowestSlot(): number {
    while (this.#cursor < this.#capacity) {
      if (this.#counts[this.#cursor] === this.#lowest) return this.#cursor;
      this.#cursor += 1;
    }
    this.#lowest = Math.min(...this.#counts);
    this.#cursor = 0;
    return this.#lowestSlot();
  }
}
