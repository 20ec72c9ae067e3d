/** Everything that chance decides in a history comes from here, so that its seed decides everything. */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) >>> 0;
    this.#c = 0x9e3779b9;
    for (let round = 0; round < 15; round += 1) this.#next();
  }

  /** Chris Doty-Humphrey's sfc32 (PractRand): 32 bits a call. */
  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0 up to 1. */
  uniform(): number {
    return this.#next() / 2 ** 32;
  }

  between(least: number, most: number): number {
    return least + this.uniform() * (most - least);
  }

  /** Every order of magnitude is as likely as the next: for rates, sizes and times of any scale. */
  scale(least: number, most: number): number {
    return least * (most / least) ** this.uniform();
  }

  whole(least: number, most: number): number {
    return least + Math.floor(this.uniform() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.uniform() * list.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#next() & 255);
  }
}
