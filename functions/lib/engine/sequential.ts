import type { ActiveComputation, Json } from './computation.ts';
import { tooManyCheckpoints } from './failure.ts';
import type { AnySequentialKernel } from './kernel.ts';
import { type CallKernel, checkPartial, checkResult } from './kernel-call.ts';
import { MAX_CHECKPOINTS } from './limits.ts';
import type { SequenceMessage } from './message.ts';
import { fail, succeed } from './outcome.ts';
import type { Checkpoint, Delivery, Engine, WithLimits } from './ports.ts';
import { nodeExpiry } from './timing.ts';
import { newToken } from './token.ts';

interface SequentialWork<Context> {
  readonly engine: Engine & WithLimits<'retentionMs' | 'maxAgeMs' | 'checkpointMs'>;
  readonly computation: ActiveComputation;
  readonly kernel: AnySequentialKernel<Context>;
  readonly callKernel: CallKernel<Context>;
}

/** How far the steps of one invocation have come. */
interface Reached {
  readonly step: number;
  /** Opaque here; only its own kernel opens it. */
  readonly state: unknown;
  readonly progress: { readonly done: number; readonly total: number };
}

/**
 * Goes on with a computation that cannot be split: from its last checkpoint, for as long as one invocation should
 * take, to the end or to the next checkpoint. A checkpoint replaces exactly the one it started from, so of two
 * workers that go on from the same one only one can write and send: a duplicate never makes a second chain.
 */
export const runSequence = async <Context>(
  work: SequentialWork<Context>,
  message: SequenceMessage,
  delivery: Delivery,
): Promise<void> => {
  const { engine, computation, kernel, callKernel } = work;
  const last = await engine.store.readCheckpoint(computation);
  const from = last?.step ?? 0;
  if (message.step !== undefined && message.step !== from) {
    return yieldTo(work, last, message.step, delivery, 'behind its checkpoint');
  }
  const { step, state, progress } = await takeSteps(work, last, delivery);
  if (progress.done >= progress.total) {
    const result = await callKernel(() => checkResult(kernel.finish(state, computation.input) as Json));
    return succeed(engine, computation, result, progress.total);
  }
  const hops = (last?.hops ?? 0) + 1;
  if (hops > MAX_CHECKPOINTS) return fail(engine, computation, tooManyCheckpoints());
  const next = {
    step,
    from,
    attempt: computation.attempt,
    hops,
    state: await callKernel(() => checkPartial(kernel.state.encode(state))),
    ...progress,
  };
  const token = newToken(engine.random);
  if (!(await engine.store.writeCheckpoint(computation, next, token, nodeExpiry(engine)))) {
    return yieldTo(work, await engine.store.readCheckpoint(computation), from, delivery, 'overtaken');
  }
  engine.observe({ event: 'checkpoint', id: computation.id, step });
  await sendNext(work, step);
};

/** Steps from the last checkpoint until all is done or the invocation's time is used; at least once. */
const takeSteps = async <Context>(
  { engine, computation, kernel, callKernel }: SequentialWork<Context>,
  last: Checkpoint | undefined,
  delivery: Delivery,
): Promise<Reached> => {
  const { input } = computation;
  const from = last?.step ?? 0;
  let step = from;
  let state = await callKernel(() =>
    last === undefined ? kernel.start(input) : kernel.state.decode(last.state),
  );
  let progress = await callKernel(() => kernel.progress(state, input));
  // Half of what is left: the other half pays for the last step, the checkpoint and the message.
  const budgetMs = Math.min(engine.limits.checkpointMs, delivery.remainingMs() / 2);
  const until = engine.clock.now() + budgetMs;
  while (progress.done < progress.total) {
    if (step > from && engine.clock.now() >= until) break;
    state = await callKernel((context) => kernel.step(state, input, context));
    step += 1;
    progress = await callKernel(() => kernel.progress(state, input));
  }
  return { step, state, progress };
};

/**
 * Leaves the rest to the worker that wrote the checkpoint `found` where this one would have gone on from step `start`.
 * There are two exceptions, in which this worker sends the message that continues. If the other worker belonged to an
 * earlier attempt, its own message is out of date. If this very message was delivered before, its earlier worker may
 * have written the checkpoint and crashed before it sent.
 */
const yieldTo = async <Context>(
  work: SequentialWork<Context>,
  found: Checkpoint | undefined,
  start: number,
  delivery: Delivery,
  reason: string,
): Promise<void> => {
  const { engine, computation } = work;
  const isOfEarlierAttempt = found !== undefined && found.attempt < computation.attempt;
  const mayBeOfThisMessage = found?.from === start && delivery.receiveCount > 1;
  if (isOfEarlierAttempt || mayBeOfThisMessage) return sendNext(work, found.step);
  engine.observe({ event: 'discarded', reason, id: computation.id });
};

/** Sends the message that continues from the checkpoint at this step. */
const sendNext = <Context>({ engine, computation }: SequentialWork<Context>, step: number): Promise<void> => {
  const { tenant, id, epoch, attempt } = computation;
  return engine.queue.send([{ kind: 'sequence', tenant, id, epoch, attempt, step }]);
};
