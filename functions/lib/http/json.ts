import { pointer } from './pointer.ts';
import { badRequest } from './problem.ts';

/** Deeper than any schema here goes, and shallow enough for every recursion that follows. */
const MAX_DEPTH = 64;

const SPACE = /[ \t\r\n]*/y;
/** All characters but controls, the quote and the backslash; then an escape; and so on. */
const STRING =
  /"[\x20\x21\x23-\x5b\x5d-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[\x20\x21\x23-\x5b\x5d-\uffff]*)*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/**
 * Reads a JSON text as I-JSON (RFC 7493) wants it: no member twice and no lone surrogates, on which
 * implementations disagree, and which `JSON.parse` lets pass. It walks the text for these and for the place of a
 * mistake; the value itself is made by `JSON.parse`.
 *
 * @throws Problem 400 that names the line and column, or the member.
 */
export const parseJson = (text: string): unknown => {
  new Walk(text).document();
  return JSON.parse(text);
};

class Walk {
  readonly #text: string;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value();
    if (this.#at < this.#text.length) throw this.#unexpected();
  }

  #value(): void {
    this.#take(SPACE);
    if (this.#path.length > MAX_DEPTH) throw this.#refused(`is nested deeper than ${MAX_DEPTH} levels`);
    const first = this.#text[this.#at];
    if (first === '{') this.#object();
    else if (first === '[') this.#array();
    else if (first === '"') this.#string();
    else if (!this.#take(SCALAR)) throw this.#unexpected();
    this.#take(SPACE);
  }

  #object(): void {
    const names = new Set<string>();
    this.#sequence('}', () => {
      const name = this.#string();
      this.#path.push(name);
      if (names.has(name)) throw this.#refused('is there more than once');
      names.add(name);
      this.#take(SPACE);
      if (!this.#skip(':')) throw this.#unexpected();
      this.#value();
      this.#path.pop();
    });
  }

  #array(): void {
    let index = 0;
    this.#sequence(']', () => {
      this.#path.push(index++);
      this.#value();
      this.#path.pop();
    });
  }

  /** What stands between two brackets, separated by commas. Each entry ends with a value and the space after it. */
  #sequence(end: string, entry: () => void): void {
    this.#at++;
    this.#take(SPACE);
    if (this.#skip(end)) return;
    do {
      this.#take(SPACE);
      entry();
    } while (this.#skip(','));
    if (!this.#skip(end)) throw this.#unexpected();
  }

  #string(): string {
    const quoted = this.#take(STRING);
    if (!quoted) throw this.#unexpected();
    // Stryker disable next-line StringLiteral: what has no escape is only slower to parse
    const value = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
    if (!value.isWellFormed()) throw this.#refused('has half a surrogate pair');
    return value;
  }

  #take(token: RegExp): string | undefined {
    const start = this.#at;
    token.lastIndex = start;
    if (!token.test(this.#text)) return undefined;
    this.#at = token.lastIndex;
    return this.#text.slice(start, this.#at);
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #unexpected(): Error {
    if (this.#at >= this.#text.length) return badRequest('The body is not JSON: it ends too early');
    const before = this.#text.slice(0, this.#at);
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    return badRequest(`The body is not JSON: unexpected character at line ${line}, column ${column}`);
  }

  #refused(detail: string): Error {
    const shown = this.#path.map((segment) => (String(segment).length > 100 ? '…' : segment));
    return badRequest('The body is not JSON as this service reads it (RFC 7493)', [
      { pointer: pointer(shown), detail },
    ]);
  }
}
