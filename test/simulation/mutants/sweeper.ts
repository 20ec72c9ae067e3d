import {
  type ActiveComputation,
  isActive,
  type SweepVisit,
} from '../../../functions/lib/engine/computation.ts';
import { MAX_VISIT_INTERVAL_MS } from '../../../functions/lib/engine/limits.ts';
import { sendStartMessage } from '../../../functions/lib/engine/start-message.ts';
import { type SweepOptions, sweep } from '../../../functions/lib/engine/sweep.ts';
import { inside, moduleOf } from '../mutation/place.ts';
import { changed, type Mutant, withStore } from './mutant.ts';

const lastDone = (visit: SweepVisit) => visit.lastDone;

export const sweeperMutants: readonly Mutant[] = [
  withStore(
    'a sweeper restarts finished work',
    ({ read }, engine) => ({
      read: async (key) => {
        const found = await read(key);
        if (found !== undefined && !isActive(found))
          await sendStartMessage(engine, found as unknown as ActiveComputation);
        return found;
      },
    }),
    'sweeper',
  ),
  withStore('a sweeper acts without its claim', ({ rescheduleVisit }) => ({
    rescheduleVisit: async (...claim) => {
      await rescheduleVisit(...claim);
      return true;
    },
  })),
  changed(
    'a sweeper visits what is not due',
    moduleOf(sweep)
      .comparison((visit: SweepVisit) => visit.at)
      .never(),
  ),
  changed('a sweeper restarts what moves', moduleOf(sweep).if(lastDone).never()),
  changed(
    'a sweeper leaves alone what stands still',
    moduleOf(sweep).if(lastDone).comparison(lastDone).negated(),
  ),
  changed(
    'a sweeper comes as often as ever where nothing moves',
    moduleOf(sweep)
      .callWith(() => MAX_VISIT_INTERVAL_MS)
      .arithmetic((visit: SweepVisit) => visit.intervalMs)
      .onlyRight(),
  ),
  changed(
    'a sweeper restarts what is too old',
    moduleOf(sweep)
      .if((computation: ActiveComputation) => computation.deadline)
      .never(),
  ),
  changed(
    'a sweeper hides that it could not visit',
    inside(sweep)
      .callOf((failures: unknown[]) => failures.push)
      .becomes(undefined),
  ),
  changed(
    'a sweep of everything leaves out what is not due',
    inside(sweep)
      .conditional((options: SweepOptions) => options.all)
      .never(),
  ),
  changed(
    'a sweep ends with its first visit',
    inside(sweep)
      .comparison((options: SweepOptions) => options.remainingMs)
      .rightTimes(12),
  ),
  withStore(
    'a visit is due a few milliseconds after the schedule came',
    ({ rescheduleVisit }, { clock }) => ({
      rescheduleVisit: (ref, seenAt, next, token) =>
        rescheduleVisit(ref, seenAt, { ...next, at: clock.now() + next.intervalMs }, token),
    }),
  ),
];
