import { type ActiveComputation, isActive } from './computation.ts';
import { UnknownWorkError } from './errors.ts';
import { alwaysCrashed } from './failure.ts';
import { decodeMessage, type WorkMessage } from './message.ts';
import { fail } from './outcome.ts';
import type { Engine, WithLimits } from './ports.ts';
import { isRoot, parentOf, slotOf } from './tree.ts';

type Deps = Pick<Engine, 'store' | 'clock' | 'problemType' | 'observe'> & WithLimits<'retentionMs'>;

/**
 * A message that was tried too often ends here: it crashed or timed out each time, or no worker knew it. Fails
 * its computation, and reports it. Does nothing if the message is of another epoch or attempt, or if another message
 * did its work meanwhile. The message may be deleted only when the returned promise is fulfilled.
 */
export const failFromDeadLetter = async (deps: Deps, body: string): Promise<void> => {
  const discard = (reason: string, id?: string) =>
    deps.observe({ event: 'discarded', reason, ...(id !== undefined && { id }) });
  let message: WorkMessage | undefined;
  try {
    message = decodeMessage(body);
  } catch (error) {
    // The format is newer than this version. The computation ends at its deadline.
    // Stryker disable next-line ConditionalExpression: nothing else is thrown today; what else may be is no reason to discard
    if (error instanceof UnknownWorkError) return discard('unknown format');
    throw error;
  }
  if (message === undefined) return discard('unreadable');

  const computation = await deps.store.read(message);
  if (computation?.epoch !== message.epoch) return discard('another epoch', message.id);
  if (computation.attempt !== message.attempt) return discard('another attempt', message.id);
  if (!isActive(computation)) return discard(`computation ${computation.status}`, message.id);
  if (await isOvertaken(deps, computation, message)) return discard('overtaken', message.id);
  await fail(deps, computation, alwaysCrashed());
};

/** Whether another message has done what this one asked for. */
const isOvertaken = async (
  { store }: Pick<Deps, 'store'>,
  computation: ActiveComputation,
  message: WorkMessage,
): Promise<boolean> => {
  if (message.kind === 'sequence') {
    const checkpoint = await store.readCheckpoint(computation);
    const triedFrom = message.step ?? message.since ?? 0;
    return (checkpoint?.step ?? 0) > triedFrom;
  }
  if (isRoot(message, computation.total)) return false;
  const [record] = await store.readNodes(computation, [parentOf(message)]);
  return record?.slots[slotOf(message)] !== undefined;
};
