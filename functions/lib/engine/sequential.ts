import type { ActiveComputation, Json } from './computation.ts';
import { tooManyHops } from './errors.ts';
import type { AnySequentialKernel } from './kernel.ts';
import { type CallKernel, checkPartial, checkResult } from './kernel-call.ts';
import { MAX_CHECKPOINTS } from './limits.ts';
import type { SequenceMessage } from './message.ts';
import { fail, succeed } from './outcome.ts';
import type { Checkpoint, Delivery, Engine, Limited } from './ports.ts';
import { nodeExpiry } from './timing.ts';
import { newToken } from './token.ts';

/** What going on with a sequence works with. */
interface Work<Context> {
  readonly engine: Engine & Limited<'retentionMs' | 'maxAgeMs' | 'checkpointMs'>;
  readonly computation: ActiveComputation;
  readonly kernel: AnySequentialKernel<Context>;
  readonly callKernel: CallKernel<Context>;
}

/**
 * Goes on with a computation that cannot be split: from its last checkpoint, for as long as one invocation should
 * take, to the end or to the next checkpoint. A checkpoint replaces exactly the one it started from, so of two
 * workers that go on from the same one only one can write and send: a duplicate never makes a second chain.
 */
export const advance = async <Context>(
  { engine, computation, kernel, callKernel }: Work<Context>,
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

  let state = await callKernel(() =>
    last === undefined ? kernel.start(input) : kernel.state.decode(last.state),
  );
  let step = from;
  let progress = await callKernel(() => kernel.progress(state, input));
  // Half of what is left: the other half pays for the last step, the checkpoint and the message.
  const budget = Math.min(engine.limits.checkpointMs, delivery.remainingMs() / 2);
  const until = engine.clock.now() + budget;
  while (progress.done < progress.total) {
    if (step > from && engine.clock.now() >= until) break;
    state = await callKernel((context) => kernel.step(state, input, context));
    step += 1;
    progress = await callKernel(() => kernel.progress(state, input));
  }
  if (progress.done >= progress.total) {
    const result = await callKernel(() => checkResult(kernel.finish(state, input) as Json));
    return succeed(engine, computation, result, progress.total);
  }

  const hops = (last?.hops ?? 0) + 1;
  if (hops > MAX_CHECKPOINTS) return fail(engine, computation, tooManyHops());
  const next = {
    step,
    from,
    attempt,
    hops,
    state: await callKernel(() => checkPartial(kernel.state.encode(state))),
    ...progress,
  };
  const token = newToken(engine.random);
  if (!(await engine.store.writeCheckpoint(computation, next, token, nodeExpiry(engine)))) {
    return leave(from, await engine.store.readCheckpoint(computation), 'overtaken');
  }
  engine.observe({ event: 'checkpoint', id, step });
  await goOn(step);
};
