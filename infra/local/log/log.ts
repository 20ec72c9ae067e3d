/** What people read of a line. */
export interface LineText {
  readonly level: string;
  readonly text: string;
}

/** A line that a function wrote, or that the platform says about one. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The label of the function. */
  readonly source: string;
  readonly line: string;
  /** Undefined for a line that people need not read. */
  readonly shown: LineText | undefined;
}

/** A line as it is; `ERROR …` is what the platform says about an invocation that failed. */
export const plainLine = (line: string): LineText => {
  const failure = /^ERROR (.*)$/s.exec(line)?.[1];
  return failure === undefined ? { level: 'INFO', text: line } : { level: 'ERROR', text: failure };
};

export interface LogOptions {
  /** What people read of a line. */
  readonly describe: (line: string) => LineText | undefined;
  readonly onLine: (line: LogLine) => void;
  readonly capacity?: number;
}

/** Keeps the newest lines, up to a number of them. */
export class Log {
  readonly #lines: LogLine[] = [];
  readonly #options: LogOptions;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  add(source: string, line: string): void {
    const { describe, onLine, capacity = 1_000 } = this.#options;
    const entry = { time: Date.now(), source, line, shown: describe(line) };
    if (this.#lines.push(entry) > capacity) this.#lines.shift();
    onLine(entry);
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }
}
