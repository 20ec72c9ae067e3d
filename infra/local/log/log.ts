import { functionText } from './console.ts';

/** A line that a function wrote, or that the platform says about one. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The function. */
  readonly source: string;
  readonly line: string;
  /** What people read of it; undefined where it says what the gateway has said. */
  readonly read: ReturnType<typeof functionText>;
}

/** Keeps the newest lines, up to a number of them. */
export class Log {
  readonly #lines: LogLine[] = [];
  readonly #capacity: number;
  readonly #onLine: (line: LogLine) => void;

  constructor(onLine: (line: LogLine) => void, capacity = 1_000) {
    this.#onLine = onLine;
    this.#capacity = capacity;
  }

  add(source: string, line: string): void {
    const entry = { time: Date.now(), source, line, read: functionText(line) };
    if (this.#lines.push(entry) > this.#capacity) this.#lines.shift();
    this.#onLine(entry);
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }
}
