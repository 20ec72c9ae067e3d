import type { Clock } from './ports.ts';

export interface BoundedMapOptions<K, V> {
  /** Most entries that it holds. */
  readonly maxEntries?: number;
  /** Most bytes that all entries together take, by what `of` says of each. */
  readonly bytes?: { readonly max: number; readonly of: (value: V, key: K) => number };
  /** Milliseconds after which an entry is no longer there, counted from when it was set. */
  readonly age?: { readonly maxMs: number; readonly clock: Clock };
}

interface Entry<V> {
  readonly value: V;
  readonly bytes: number;
  /** In milliseconds since the epoch; 0 where age does not matter. */
  readonly setAt: number;
}

/**
 * A map that cannot grow without limit: when it is full, the least recently used entry goes first. To get an entry or
 * to set it is to use it. An entry that is too old is not found, though it is removed only when it is asked for or when
 * room is needed.
 *
 * The `lru-cache` package does the same and more, in 18 KB of an asset and 2 ms of a cold start; `quick-lru` (3 KB)
 * counts neither bytes nor another clock's time.
 *
 * @example
 * const recent = new BoundedMap<string, Answer>({
 *   maxEntries: 100,
 *   age: { maxMs: 1_000, clock: systemClock },
 * });
 */
export class BoundedMap<K, V> {
  readonly #options: BoundedMapOptions<K, V>;
  /** The least recently used first: a Map keeps the order of insertion. */
  readonly #entries = new Map<K, Entry<V>>();
  #bytes = 0;

  constructor(options: BoundedMapOptions<K, V>) {
    this.#options = options;
  }

  /** How many entries it holds, those that are too old included. */
  get size(): number {
    return this.#entries.size;
  }

  /** How many bytes its entries take. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { age } = this.#options;
    if (age !== undefined && age.clock.now() - entry.setAt > age.maxMs) {
      this.delete(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** An entry that is larger than the whole map may be is not kept, nor is what was there under its key. */
  set(key: K, value: V): void {
    this.#put(key, value, this.#options.age?.clock.now() ?? 0);
  }

  /** Gives an entry another value but leaves its age; does nothing where there is no entry. */
  replace(key: K, value: V): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#put(key, value, entry.setAt);
  }

  delete(key: K): boolean {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    return this.#entries.delete(key);
  }

  /** The keys at this moment, the least recently used first. */
  keys(): K[] {
    return [...this.#entries.keys()];
  }

  #put(key: K, value: V, setAt: number): void {
    const { maxEntries = Number.POSITIVE_INFINITY, bytes: limit } = this.#options;
    const bytes = limit?.of(value, key) ?? 0;
    const maxBytes = limit?.max ?? Number.POSITIVE_INFINITY;
    this.delete(key);
    if (bytes > maxBytes) return;
    this.#entries.set(key, { value, bytes, setAt });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) break;
      this.delete(oldest);
    }
  }
}
