import type { Computation, KeyDigests } from '../../../functions/lib/engine/computation.ts';
import { exists, isActive } from '../../../functions/lib/engine/computation.ts';
import { hideExpired } from '../../../functions/lib/engine/expiry.ts';
import { list, read } from '../../../functions/lib/engine/manage.ts';
import { progressOf } from '../../../functions/lib/engine/progress.ts';
import { retry, submit } from '../../../functions/lib/engine/submit.ts';
import { partsBelow } from '../../../functions/lib/engine/tree.ts';
import { inside, moduleOf } from '../mutation/place.ts';
import { changed, decorated, type Mutant, withStore } from './mutant.ts';

/** Messages of first attempts, or of later ones, are not sent by the API. */
const unsent = (name: string, isLost: (attempt: number) => boolean): Mutant =>
  decorated(name, {
    engine: (engine, role) => {
      const { queue } = engine;
      if (role !== 'api') return engine;
      const send: typeof queue.send = async (messages) => {
        if (!messages.some(({ attempt }) => isLost(attempt))) await queue.send(messages);
      };
      return { ...engine, queue: { send } };
    },
  });

/** Submission and management. */
export const requestMutants: readonly Mutant[] = [
  decorated('a submission that could not be sent fails', {
    engine: (engine) => ({
      ...engine,
      observe: (event) => {
        if (event.event === 'send-failed') throw event.cause;
        engine.observe(event);
      },
    }),
  }),
  withStore('an epoch is that of the id', ({ create }) => ({
    create: (submission, ...rest) => create({ ...submission, epoch: `${submission.id}-epoch` }, ...rest),
  })),
  unsent('a submission is left to the sweeper', (attempt) => attempt === 1),
  unsent('a retry is left to the sweeper', (attempt) => attempt > 1),
  changed(
    'what has failed is found instead of retried',
    moduleOf(submit)
      .if(isActive, (computation: Computation) => computation.status)
      .always(),
  ),
  changed(
    'a key is answered whatever its payload',
    moduleOf(submit)
      .conditional((digests: KeyDigests) => digests.payload)
      .always(),
  ),
  changed(
    'a key is answered with the work of another',
    inside(submit)
      .if((digests: KeyDigests) => digests.key)
      .always(),
  ),
  withStore('a key restarts what was cancelled', ({ create }, engine) => ({
    create: async (submission, ...rest) => {
      const created = await create(submission, ...rest);
      const found = 'refused' in created ? created.refused : undefined;
      const isItsOwn =
        submission.keyDigests !== undefined && found?.keyDigests?.key === submission.keyDigests.key;
      if (found !== undefined && isItsOwn && !isActive(found)) await retry(engine, found);
      return created;
    },
  })),
  changed('what has expired is shown by what it refuses', inside(hideExpired).conditional().always()),
  changed('what has expired is read', inside(read).callOf(exists).asksForPresence()),
  changed('what has expired is listed', inside(list).callOf(exists).asksForPresence()),
  changed('progress counts parts that are not done', inside(progressOf).if(partsBelow).always()),
  changed('progress is that of the root alone', inside(progressOf).comparison(partsBelow).never()),
  decorated('an answer whose status is newer than its progress', {
    requests: (requests) => ({
      ...requests,
      read: async (deps, key) => {
        const before = await requests.read(deps, key);
        const computation = await deps.store.read(key);
        if (before === undefined || !exists(computation, deps.clock.now())) return undefined;
        const { total } = computation;
        const progress = computation.status === 'succeeded' ? { done: total, total } : before.progress;
        return { computation, progress };
      },
    }),
  }),
];
