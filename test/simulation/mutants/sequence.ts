import type { AnySequentialKernel } from '../../../functions/lib/engine/kernel.ts';
import type { SequenceMessage } from '../../../functions/lib/engine/message.ts';
import type { Checkpoint, ComputationStore, Delivery, Limits } from '../../../functions/lib/engine/ports.ts';
import { runSequence } from '../../../functions/lib/engine/sequential.ts';
import type { Clock } from '../../../functions/lib/ports.ts';
import { inside, moduleOf } from '../mutation/place.ts';
import { changed, decorated, type Mutant, withStore } from './mutant.ts';

/** Work that cannot be split. */
export const sequenceMutants: readonly Mutant[] = [
  changed(
    'a worker that was overtaken goes on',
    inside(runSequence)
      .if((store: ComputationStore) => store.writeCheckpoint)
      .never(),
  ),
  changed(
    'a message behind its checkpoint goes on',
    inside(runSequence)
      .if((message: SequenceMessage) => message.step)
      .never(),
  ),
  changed(
    'a crash after a checkpoint ends its sequence',
    moduleOf(runSequence)
      .comparison((delivery: Delivery) => delivery.receiveCount)
      .never(),
  ),
  changed(
    'a checkpoint of an earlier attempt ends its sequence',
    moduleOf(runSequence)
      .comparison((checkpoint: Checkpoint) => checkpoint.attempt)
      .never(),
  ),
  withStore('a sequence goes on before its checkpoint is written', ({ writeCheckpoint }, { queue }) => ({
    writeCheckpoint: async (ref, next, ...rest) => {
      const { tenant, id, epoch } = ref;
      await queue.send([{ kind: 'sequence', tenant, id, epoch, attempt: next.attempt, step: next.step }]);
      return writeCheckpoint(ref, next, ...rest);
    },
  })),
  changed(
    'a sequence starts anew each time',
    moduleOf(runSequence)
      .conditional((kernel: AnySequentialKernel<never>) => kernel.start)
      .always(),
  ),
  withStore('a sequence has the size that was known when it was submitted', ({ succeed, read }) => ({
    succeed: async (ref, result, total, end) => succeed(ref, result, (await read(ref))?.total ?? total, end),
  })),
  changed(
    'a sequence takes no checkpoint before its end',
    moduleOf(runSequence)
      .if((clock: Clock) => clock.now)
      .never(),
  ),
  changed(
    'a sequence does not mind how little time is left',
    moduleOf(runSequence)
      .callWith(
        (limits: Limits) => limits.checkpointMs,
        (delivery: Delivery) => delivery.remainingMs,
      )
      .becomes(120_000),
  ),
  decorated('trouble of what a kernel calls is taken for an exception of the kernel', {
    engine: (engine) => ({
      ...engine,
      contextFor: (tenant) => engine.contextFor(tenant, (call) => call()),
    }),
  }),
];
