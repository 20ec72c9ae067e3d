import type { ActiveComputation } from './computation.ts';
import type { WorkMessage } from './message.ts';
import type { Engine } from './ports.ts';
import { rootOf } from './tree.ts';

/**
 * Sends the message that starts a computation. The same message heals a computation that stopped, whatever was lost:
 * the root of a tree is split into what is missing, and a sequence goes on from its last checkpoint.
 */
export const sendStartMessage = async (
  { store, queue }: Pick<Engine, 'store' | 'queue'>,
  computation: ActiveComputation,
  { isNew = false }: { readonly isNew?: boolean } = {},
): Promise<void> => {
  const { tenant, id, epoch, attempt, kind, total } = computation;
  const message = async (): Promise<WorkMessage> => {
    if (kind === 'parallel')
      return { kind: 'node', tenant, id, epoch, attempt, parts: total, ...rootOf(total) };
    const checkpoint = isNew ? undefined : await store.readCheckpoint(computation);
    return { kind: 'sequence', tenant, id, epoch, attempt, since: checkpoint?.step ?? 0 };
  };
  await queue.send([await message()]);
};
