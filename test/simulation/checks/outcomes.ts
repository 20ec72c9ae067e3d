import { isDeepStrictEqual } from 'node:util';
import type { ActiveComputation, Computation } from '../../../functions/lib/engine/computation.ts';
import { parentOf, slotOf } from '../../../functions/lib/engine/tree.ts';
import type { Invocation } from '../world/invocation.ts';
import type { Input } from '../world/kernels.ts';
import type { QueuedMessage } from '../world/message.ts';
import type { Cause, SimulatedStore } from '../world/store.ts';
import type { World } from '../world/world.ts';
import { INVARIANT } from './invariants.ts';
import type { Lives } from './lives.ts';
import { shown } from './shown.ts';

type Finished<S extends Computation['status']> = Extract<Computation, { readonly status: S }>;

/** How often a kernel must have been tried before it may fail its computation. */
const MAX_KERNEL_ATTEMPTS = 3;

/** Sees every end of a computation: whether its result is right, or who ended it had a reason. */
export class Outcomes {
  readonly #world: World;
  readonly #lives: Lives;
  readonly #store: () => SimulatedStore;

  constructor(world: World, lives: Lives, store: () => SimulatedStore) {
    this.#world = world;
    this.#lives = lives;
    this.#store = store;
  }

  see(
    before: ActiveComputation,
    after: Finished<'succeeded' | 'failed' | 'cancelled'>,
    { by, operation }: Cause,
  ) {
    if (by === undefined) return this.#broken(INVARIANT.terminal, after, `by ${operation}`);
    this.#isDated(before, after, by);
    if (after.status === 'succeeded') this.#isRight(after, by);
    else if (after.status === 'failed') this.#isJustified(before, after, by);
    else if (operation !== 'cancel') this.#broken(INVARIANT.terminal, after, `by ${operation}`);
  }

  #broken(invariant: string, after: Computation, detail: string) {
    this.#world.violate(invariant, `${after.tenant}/${after.id} became ${shown(after)} ${detail}`);
  }

  #isDated(before: ActiveComputation, after: Finished<'succeeded' | 'failed' | 'cancelled'>, by: Invocation) {
    const { finishedAt, expiresAt } = after;
    const startedAt = before.status === 'running' ? before.startedAt : undefined;
    const isTimely = finishedAt >= by.clockAtStart && finishedAt <= by.instance.now();
    if (after.startedAt !== startedAt || !isTimely) {
      this.#broken(INVARIANT.answer, after, `started ${after.startedAt}, finished ${finishedAt}`);
    }
    const keptMs = expiresAt * 1_000 - finishedAt;
    const { retentionMs } = this.#world.profile.limits;
    if (keptMs < retentionMs || keptMs > retentionMs + 1_000) {
      this.#broken(INVARIANT.terminal, after, `to be kept for ${keptMs} ms`);
    }
  }

  #isRight(after: Finished<'succeeded'>, by: Invocation) {
    const life = this.#lives.get(after.epoch);
    if (!isDeepStrictEqual(after.result, life?.result)) {
      this.#broken(INVARIANT.result, after, `with ${JSON.stringify(after.result)}`);
    }
    if (by.message?.task?.epoch !== after.epoch) {
      this.#broken(INVARIANT.lives, after, 'by a message of another life');
    }
    const { size } = after.input as unknown as Input;
    if (after.total !== size) {
      this.#broken(INVARIANT.result, after, `of ${after.total} parts, not ${size}`);
    }
    if (life !== undefined && after.kind === 'parallel' && life.computed.size !== size) {
      this.#broken(INVARIANT.lives, after, `though only ${life.computed.size} of its parts were computed`);
    }
  }

  #isJustified(before: ActiveComputation, after: Finished<'failed'>, by: Invocation) {
    const broken = (why: string) => this.#broken(INVARIANT.justified, after, why);
    const { message } = by;
    if (message !== undefined) {
      const { epoch, attempt } = message.task ?? {};
      if (epoch !== after.epoch || attempt !== after.attempt) broken('by a message of another attempt');
    }
    switch (after.error.type) {
      case 'refused':
        if (!by.kernelRefused) broken('though its kernel did not refuse');
        break;
      case 'kernel-failed':
        if (!by.kernelThrew || by.receiveCount < MAX_KERNEL_ATTEMPTS)
          broken('though its kernel was not tried enough');
        break;
      case 'too-old':
        if (by.instance.now() <= before.deadline) broken('before its deadline');
        break;
      case 'crashed':
        if (message === undefined || !this.#lives.redriven.has(message))
          broken('though nothing was tried too often');
        else if (this.#wasOvertaken(message, by.startedAt))
          broken('though another message had done the work');
        break;
      default:
        broken('with an error that no history can have');
    }
  }

  /** Whether what the message asks for had been done by then. */
  #wasOvertaken({ task, sentAt }: QueuedMessage, at: number): boolean {
    if (task === undefined) return false;
    if (task.kind === 'node') {
      return this.#store().isFilledSince(task, parentOf(task), slotOf(task), at);
    }
    const life = this.#lives.get(task.epoch);
    const triedFrom = task.step ?? (sentAt === undefined ? undefined : life?.stepAt(sentAt));
    return triedFrom !== undefined && (life?.stepAt(at) ?? 0) > triedFrom;
  }
}
