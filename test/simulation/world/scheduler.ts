interface Event {
  readonly at: number;
  readonly order: number;
  run(): void;
}

const isBefore = (one: Event, other: Event) =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** A binary heap: the earliest event first, and of two at the same time the one that was scheduled first. */
class Agenda {
  readonly #heap: Event[] = [];

  push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, event)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  next(): Event | undefined {
    return this.#heap[0];
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      heap[at] = child;
      at = child === left ? 2 * at + 1 : 2 * at + 2;
    }
    heap[at] = last;
  }
}

/**
 * Virtual time. Nothing happens between two events, and every promise that an event settles is followed to its end
 * before the next one: so one order of events is one order of everything.
 */
export class Scheduler {
  /** Milliseconds since the Unix epoch, with fractions. */
  now: number;
  events = 0;
  readonly #agenda = new Agenda();
  #order = 0;

  constructor(now: number) {
    this.now = now;
  }

  at(time: number, run: () => void): void {
    this.#order += 1;
    this.#agenda.push({ at: Math.max(time, this.now), order: this.#order, run });
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  /** Runs event after event until `isOver` says so, time has reached `until`, or nothing is left to happen. */
  run(until: number, isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = () => {
        try {
          const event = this.#agenda.next();
          if (isOver()) return resolve();
          if (event === undefined || event.at > until) {
            this.now = Math.max(this.now, until);
            return resolve();
          }
          this.#agenda.pop();
          this.now = event.at;
          this.events += 1;
          event.run();
          goOn();
        } catch (error) {
          reject(error);
        }
      };
      // A tick that a microtask asks for comes when no microtask is left.
      const goOn = () => queueMicrotask(() => process.nextTick(step));
      goOn();
    });
  }
}
