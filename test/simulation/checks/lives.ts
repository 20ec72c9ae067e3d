import type { Computation } from '../../../functions/lib/engine/computation.ts';
import type { Invocation } from '../world/invocation.ts';
import type { QueuedMessage } from '../world/message.ts';

/** One attempt, from its creation or retry to its end. Times are true ones. */
interface Attempt {
  readonly startedAt: number;
  readonly deadline: number;
  endedAt: number | undefined;
}

/** One life of a computation, as it truly went: what the checks compare the engine's doings with. */
export class Life {
  readonly first: Computation;
  readonly result: { readonly text: string };
  readonly attempts: Attempt[] = [];
  /** When its record was deleted or replaced. */
  goneAt: number | undefined;
  /** Whether messages or records of it were lost, so that nobody is responsible for it but the sweeper. */
  isLossy = false;
  /** How often each part was computed. */
  readonly computed = new Map<number, number>();
  /** The steps from which workers set out, in order. */
  readonly steps: number[] = [];
  /** When each part's value was reported. */
  readonly reported: number[] = [];
  /** How often each message was taken by the queue. */
  readonly sent = new Map<string, number>();
  checkpointStep = 0;
  /** Who last cancelled, retried or removed it: the request that a repetition of its write must still know. */
  readonly lastBy = new Map<'cancel' | 'retry' | 'remove', Invocation>();
  /** Whether a repeated create has brought it back after it was removed, which nobody can tell from the first. */
  readonly isBack: boolean;
  /** The sweep that claimed the last visit, and when. */
  claimed: { readonly by: Invocation; readonly at: number; readonly attempt: number } | undefined;
  readonly #checkpoints: { readonly at: number; readonly step: number }[] = [];

  /** `earlier` is the life of which this one, by a repeated write, goes on with the records. */
  constructor(first: Computation, result: { readonly text: string }, earlier: Life | undefined) {
    this.first = first;
    this.result = result;
    this.isBack = earlier !== undefined;
    if (earlier === undefined) return;
    this.isLossy = true;
    for (const [part, times] of earlier.computed) this.computed.set(part, times);
    this.reported.push(...earlier.reported);
    for (const { at, step } of earlier.#checkpoints) this.checkpoint(at, step);
  }

  begin(startedAt: number, deadline: number): void {
    this.attempts.push({ startedAt, deadline, endedAt: undefined });
  }

  end(at: number): void {
    const last = this.attempts.at(-1);
    if (last !== undefined) last.endedAt ??= at;
  }

  /** Since when what belongs to this attempt has no purpose any more; undefined while it has. */
  obsoleteSince(attempt: number): number | undefined {
    const found = this.attempts[attempt - 1];
    return found === undefined ? undefined : (found.endedAt ?? this.goneAt);
  }

  checkpoint(at: number, step: number): void {
    this.#checkpoints.push({ at, step });
    this.checkpointStep = step;
  }

  /** At least and at most so many parts or steps were done, for somebody who asked at that time. */
  progress(askedAt: number): readonly [number, number] {
    if (this.first.kind === 'sequential') return [this.stepAt(askedAt), Math.max(0, ...this.checkpointSteps)];
    // Of a larger tree not every record is read, and a record that its TTL deleted counts no more.
    const isExact = this.first.total > 1 && this.first.total <= 100 && !this.isLossy;
    return [isExact ? this.reported.filter((at) => at <= askedAt).length : 0, this.reported.length];
  }

  /** Every step that ever had a checkpoint. */
  get checkpointSteps(): number[] {
    return this.#checkpoints.map(({ step }) => step);
  }

  /** The step of the last checkpoint at that time; 0 when there was none, or it has been deleted since. */
  stepAt(time: number): number {
    return this.#checkpoints.findLast(({ at }) => at <= time)?.step ?? 0;
  }
}

export class Lives {
  readonly #byEpoch = new Map<string, Life>();
  /** Letters that became dead ones because they were received too often. */
  readonly redriven = new Set<QueuedMessage>();

  add(life: Life): void {
    this.#byEpoch.set(life.first.epoch, life);
  }

  get(epoch: string): Life | undefined {
    return this.#byEpoch.get(epoch);
  }

  all(): IterableIterator<Life> {
    return this.#byEpoch.values();
  }
}
