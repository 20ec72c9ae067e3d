import { KernelException } from '../../../functions/lib/engine/errors.ts';
import type { Invocation } from '../world/invocation.ts';
import type { World } from '../world/world.ts';
import { INVARIANT } from './invariants.ts';

/** How often a kernel may be tried. */
const MAX_KERNEL_ATTEMPTS = 3;

/** Whether who fails has a reason that was done to him, and who answers well has hidden nothing. */
export class FailureReasons {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  #broken(invariant: string, by: Invocation, detail: string) {
    this.#world.violate(invariant, `${by.name} (${by.label}) ${detail}`);
  }

  /** A worker, a sweep or a dead letter's run has failed. */
  failed(by: Invocation, error: unknown) {
    const { kernelThrew, unknownWork, storeErrors, queueErrors, receiveCount } = by;
    if (error instanceof KernelException && !kernelThrew) {
      this.#broken(INVARIANT.justified, by, `blames its kernel for ${error.cause}`);
    }
    if (storeErrors + queueErrors > 0 || unknownWork) return;
    if (!kernelThrew) this.#broken(INVARIANT.justified, by, `fails with nothing wrong: ${stackOf(error)}`);
    else if (receiveCount >= MAX_KERNEL_ATTEMPTS) {
      this.#broken(INVARIANT.justified, by, 'lets its kernel be tried a fourth time');
    }
  }

  /** The API has failed. Only the store may be the reason: what is stored and not sent is accepted all the same. */
  refused(by: Invocation, error: unknown) {
    if (by.storeErrors > 0) return;
    this.#broken(INVARIANT.answer, by, `fails with nothing wrong: ${stackOf(error)}`);
  }

  /** An invocation has answered: then nothing of it is under way, which Lambda would freeze or lose. */
  answered(by: Invocation) {
    if (by.pending === 0) return;
    this.#broken(INVARIANT.done, by, `answers while ${by.pending} of its calls are under way`);
  }

  /** Who works by himself and answers well has had every answer that he asked the store for. */
  succeeded(by: Invocation) {
    this.answered(by);
    if (by.storeErrors > 0) this.#broken(INVARIANT.justified, by, 'answers well, though the store did not');
  }
}

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
