import { BoundedMap, type BoundedMapOptions } from '../../../functions/lib/bounded-map.ts';
import {
  type ActiveComputation,
  type Computation,
  isActive,
} from '../../../functions/lib/engine/computation.ts';
import { KernelException, UnknownWorkError } from '../../../functions/lib/engine/errors.ts';
import { KernelRefusal } from '../../../functions/lib/engine/kernel.ts';
import { MAX_KERNEL_ATTEMPTS } from '../../../functions/lib/engine/limits.ts';
import { decodeMessage } from '../../../functions/lib/engine/message.ts';
import { createWorker } from '../../../functions/lib/engine/worker.ts';
import { constant, inside, moduleOf } from '../mutation/place.ts';
import { changed, type Mutant } from './mutant.ts';

type Age = NonNullable<BoundedMapOptions<string, unknown>['age']>;
type Cache = BoundedMap<string, unknown>;

const attempt = (computation: Computation) => computation.attempt;
const epoch = (computation: Computation) => computation.epoch;

/** What a worker looks at before it works, and what it does when its kernel throws. */
export const workerMutants: readonly Mutant[] = [
  changed('an attempt is not checked', inside(createWorker).if(attempt).never()),
  changed('an epoch is not checked', inside(createWorker).if(epoch).never()),
  changed('what is over goes on', inside(createWorker).if(isActive).never()),
  changed(
    'a deadline is not checked',
    inside(createWorker)
      .if((computation: ActiveComputation) => computation.deadline)
      .never(),
  ),
  changed('a stale read is taken for the truth', moduleOf(createWorker).if(epoch, attempt).never()),
  changed(
    'a status is remembered for ever',
    moduleOf(createWorker)
      .property((age: Age) => age.maxMs)
      .becomes(1e9),
  ),
  changed(
    'a remembered status is as new as its last use',
    moduleOf(createWorker)
      .if((cache: Cache) => cache.set)
      .onlyLeft(),
  ),
  changed(
    'a status is as new as the start that it was changed by',
    inside(BoundedMap, (cache: Cache) => cache.replace).lastCall.argumentTimes(-1, 2),
  ),
  changed('a kernel may throw once', constant(() => MAX_KERNEL_ATTEMPTS).becomes(1)),
  changed('a kernel may throw for ever', constant(() => MAX_KERNEL_ATTEMPTS).becomes(99)),
  changed('a refusal is tried again', inside(createWorker).if(KernelRefusal).never()),
  changed(
    'trouble of the store fails the computation',
    inside(createWorker).comparison(KernelException).always(),
  ),
  changed(
    'work that a version does not know is settled',
    inside(createWorker).throw(UnknownWorkError).returnsInstead(),
  ),
  changed(
    'a message of a later format is settled',
    inside(decodeMessage).throw(UnknownWorkError).returnsInstead(),
  ),
];
