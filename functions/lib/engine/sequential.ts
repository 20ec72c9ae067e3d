import type { ActiveComputation, Json } from './computation.ts';
import { KernelException, tooManyHops } from './errors.ts';
import type { ItemReader, SequentialKernel } from './kernel.ts';
import { callKernel, checkResult, checkSlot } from './kernel-call.ts';
import type { SequenceMessage } from './message.ts';
import { fail, succeed } from './outcome.ts';
import type { Checkpoint, Delivery, WorkerEngine } from './ports.ts';
import { nodeExpiry } from './timing.ts';
import { newToken } from './token.ts';

/** How many checkpoints one computation may write, a bound of its own where Lambda's loop detection is off. */
const MAX_HOPS = 10_000;

/**
 * Goes on with a computation that cannot be split: from its last checkpoint, for as long as one invocation should
 * take, to the end or to the next checkpoint. A checkpoint replaces exactly the one it started from, so of two
 * workers that go on from the same one only one can write and send: a duplicate never makes a second chain.
 */
export const advance = async (
  engine: WorkerEngine,
  computation: ActiveComputation,
  // biome-ignore lint/suspicious/noExplicitAny: the state is opaque here; only its own kernel opens it
  kernel: SequentialKernel<any, any, any>,
  message: SequenceMessage,
  delivery: Delivery,
): Promise<void> => {
  const { tenant, id, epoch, attempt, input } = computation;
  const last = await engine.store.readCheckpoint(computation);
  const from = last?.step ?? 0;
  const goOn = (step: number) => engine.queue.send([{ kind: 'sequence', tenant, id, epoch, attempt, step }]);

  /**
   * Leaves the rest to the worker who wrote the checkpoint that stands where this one would go on from `start`.
   * But if that worker belonged to an earlier attempt, what it sent goes nowhere; and if this very message was handed
   * out before, it may have had this one, and crashed before it sent the message that continues.
   */
  const leave = async (start: number, stands: Checkpoint | undefined, reason: string) => {
    const isOfEarlierAttempt = stands !== undefined && stands.attempt < attempt;
    const mayBeOfThisMessage = stands?.from === start && delivery.receiveCount > 1;
    if (isOfEarlierAttempt || mayBeOfThisMessage) return goOn(stands.step);
    engine.observe({ event: 'discarded', reason, id });
  };

  if (message.step !== undefined && message.step !== from) {
    return leave(message.step, last, 'behind its checkpoint');
  }

  const items = watched(engine.items(tenant));
  const call = <T>(kernelCall: () => T | Promise<T>) =>
    callKernel(kernelCall).catch((error: unknown) => {
      throw items.trouble !== undefined && error instanceof KernelException ? items.trouble.cause : error;
    });

  let state = await call(() => (last === undefined ? kernel.start(input) : kernel.state.decode(last.state)));
  let step = from;
  let progress = await call(() => kernel.progress(state, input));
  // Half of what is left: the other half pays for the last step, the checkpoint and the message.
  const budget = Math.min(engine.limits.checkpointMs, delivery.remainingMs() / 2);
  const until = engine.clock.now() + budget;
  while (progress.done < progress.total) {
    if (step > from && engine.clock.now() >= until) break;
    state = await call(() => kernel.step(state, input, items));
    step += 1;
    progress = await call(() => kernel.progress(state, input));
  }
  if (progress.done >= progress.total) {
    const result = await call(() => checkResult(kernel.finish(state, input) as Json));
    return succeed(engine, computation, result, progress.total);
  }

  const hops = (last?.hops ?? 0) + 1;
  if (hops > MAX_HOPS) return fail(engine, computation, tooManyHops());
  const next = {
    step,
    from,
    attempt,
    hops,
    state: await call(() => checkSlot(kernel.state.encode(state))),
    ...progress,
  };
  const token = newToken(engine.random);
  if (!(await engine.store.writeCheckpoint(computation, next, token, nodeExpiry(engine)))) {
    return leave(from, await engine.store.readCheckpoint(computation), 'overtaken');
  }
  engine.observe({ event: 'checkpoint', id, step });
  await goOn(step);
};

/** Remembers why reading items failed: that is the infrastructure's trouble, though the kernel passes it on. */
const watched = (reader: ItemReader) => {
  const watching: ItemReader & { trouble: { readonly cause: unknown } | undefined } = {
    trouble: undefined,
    page: async (after) => {
      try {
        return await reader.page(after);
      } catch (cause) {
        watching.trouble = { cause };
        throw cause;
      }
    },
  };
  return watching;
};
