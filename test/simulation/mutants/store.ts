import type { Computation, ComputationRef, SweepVisit } from '../../../functions/lib/engine/computation.ts';
import { exists, isActive } from '../../../functions/lib/engine/computation.ts';
import type { Checkpoint } from '../../../functions/lib/engine/ports.ts';
import { MemoryStore } from '../../support/memory.ts';
import { inside } from '../mutation/place.ts';
import { changed, decorated, type Mutant } from './mutant.ts';

const epoch = (ref: ComputationRef) => ref.epoch;
const attempt = (computation: Computation) => computation.attempt;

/** The conditions of the store. */
export const storeMutants: readonly Mutant[] = [
  changed(
    'a checkpoint without its condition',
    inside(MemoryStore, (store: MemoryStore) => store.writeCheckpoint)
      .if((next: Checkpoint) => next.from)
      .never(),
  ),
  changed(
    'the lost answer to a claim counts for another sweeper',
    inside(MemoryStore, (store: MemoryStore) => store.rescheduleVisit)
      .logical()
      .never(),
  ),
  changed(
    'a report without the emptiness condition',
    inside(MemoryStore, (store: MemoryStore) => store.fillSlot)
      .assignment()
      .overwrites(),
  ),
  changed(
    'slots are filled in order of arrival',
    inside(MemoryStore, (store: MemoryStore) => store.fillSlot)
      .assignment()
      .appends(),
  ),
  changed(
    'nodes without an epoch',
    inside(MemoryStore, () => MemoryStore.node)
      .member(epoch)
      .becomes(''),
  ),
  changed(
    'tenants share what has the same id',
    inside(MemoryStore, () => MemoryStore.key)
      .interpolated((ref: ComputationRef) => ref.tenant)
      .becomes(''),
  ),
  changed(
    'checkpoints without an epoch',
    inside(MemoryStore, (store: MemoryStore) => store.readCheckpoint)
      .member(epoch)
      .becomes(''),
    inside(MemoryStore, (store: MemoryStore) => store.writeCheckpoint)
      .member(epoch)
      .becomes(''),
  ),
  decorated('a finish without a look at the status: a cancelled computation gets its result', {
    store: (store) => {
      store.succeed = async (ref, result, total, end) => {
        const key = MemoryStore.key(ref);
        const found = store.computations.get(key);
        if (found?.epoch !== ref.epoch) return false;
        store.computations.set(key, { ...found, status: 'succeeded', result, total, ...end });
        return true;
      };
    },
  }),
  changed(
    'a life is ended by the message of another',
    inside(MemoryStore).conditional(isActive, epoch).comparison(epoch).onlyPresence(),
  ),
  changed(
    'a failure of an earlier attempt fails the later one',
    inside(MemoryStore, (store: MemoryStore) => store.fail)
      .comparison(attempt)
      .onlyPresence(),
  ),
  changed(
    'a retry keeps its attempt',
    inside(MemoryStore, (store: MemoryStore) => store.retry)
      .arithmetic(attempt)
      .onlyLeft(),
  ),
  changed(
    'a retry of what has expired',
    inside(MemoryStore, (store: MemoryStore) => store.retry)
      .callOf(exists)
      .always(),
  ),
  changed(
    'a repeated retry begins another attempt',
    inside(MemoryStore, (store: MemoryStore) => store.retry)
      .if(exists)
      .onlyLeft(),
  ),
  changed(
    'a repeated cancel cancels the retry',
    inside(MemoryStore, (store: MemoryStore) => store.cancel)
      .if(isActive)
      .onlyLeft(),
  ),
  changed(
    'a submission replaces what has finished',
    inside(MemoryStore, (store: MemoryStore) => store.create)
      .callOf(exists)
      .argumentBecomes(1, Number.MAX_SAFE_INTEGER),
  ),
  changed(
    'a repeated create is taken for another',
    inside(MemoryStore, (store: MemoryStore) => store.create)
      .conditional(epoch)
      .never(),
  ),
  changed(
    'a start restarts what runs',
    inside(MemoryStore, (store: MemoryStore) => store.start)
      .if(attempt)
      .onlyLeft(),
  ),
  changed(
    'a worker of an earlier attempt starts the later one',
    inside(MemoryStore, (store: MemoryStore) => store.start)
      .comparison(attempt)
      .onlyPresence(),
  ),
  changed(
    'what is active can be deleted',
    inside(MemoryStore, (store: MemoryStore) => store.remove)
      .if(isActive)
      .onlyLeft(),
  ),
  changed(
    'a claim without its condition: of two sweepers both act',
    inside(MemoryStore, (store: MemoryStore) => store.rescheduleVisit)
      .comparison((visit: SweepVisit) => visit.at)
      .onlyPresence(),
  ),
];
