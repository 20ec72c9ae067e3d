import { isActive } from './computation.ts';
import { crashed, UnknownWorkError } from './errors.ts';
import { decodeMessage } from './message.ts';
import { fail } from './outcome.ts';
import type { Engine, Limited } from './ports.ts';
import { isRoot, parentOf, slotOf } from './tree.ts';

type Deps = Pick<Engine, 'store' | 'clock' | 'observe'> & Limited<'retentionMs'>;

/**
 * A message that was tried too often ends here: it crashed or timed out each time, or no worker knew it. Fails
 * its computation, never in silence, unless the letter is of another life or attempt, or what it asked for has
 * been done by another message meanwhile. May be deleted only when the returned promise is fulfilled.
 */
export const failFromDeadLetter = async (deps: Deps, body: string): Promise<void> => {
  const discard = (reason: string, id?: string) =>
    deps.observe({ event: 'discarded', reason, ...(id !== undefined && { id }) });
  let message: ReturnType<typeof decodeMessage>;
  try {
    message = decodeMessage(body);
  } catch (error) {
    // Of a format that is newer than this version: the deadline of its computation settles it.
    // Stryker disable next-line ConditionalExpression: nothing else is thrown today; what else may be is no reason to discard
    if (error instanceof UnknownWorkError) return discard('of a later format');
    throw error;
  }
  if (message === undefined) return discard('unreadable');

  const computation = await deps.store.read(message);
  if (computation?.epoch !== message.epoch) return discard('of another life', message.id);
  if (computation.attempt !== message.attempt) return discard('of another attempt', message.id);
  if (!isActive(computation)) return discard(`computation ${computation.status}`, message.id);
  if (message.kind === 'sequence') {
    const checkpoint = await deps.store.readCheckpoint(computation);
    const triedFrom = message.step ?? message.since ?? 0;
    if ((checkpoint?.step ?? 0) > triedFrom) return discard('overtaken', message.id);
  } else if (!isRoot(message, computation.total)) {
    const [record] = await deps.store.readNodes(computation, [parentOf(message)]);
    if (record?.slots[slotOf(message)] !== undefined) return discard('overtaken', message.id);
  }
  await fail(deps, computation, crashed());
};
