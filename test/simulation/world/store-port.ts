import type { ComputationKey } from '../../../functions/lib/engine/computation.ts';
import type { ComputationStore, ConditionalResult } from '../../../functions/lib/engine/ports.ts';
import type { Instance } from './invocation.ts';
import { ServiceError } from './network.ts';
import type { Platform } from './platform.ts';
import type { Cause, Operation } from './store.ts';

/** The table as one instance of a function reaches it: each operation is a request over the network. */
export const storePort = ({ network, store }: Platform, instance: Instance): ComputationStore => {
  const read = <T>(name: string, apply: () => Promise<T>, show?: (answer: T) => string): Promise<T> =>
    network.call(instance.current, {
      name,
      service: 'store',
      kind: 'read',
      apply,
      ...(show !== undefined && { show }),
    });

  /** The store's witness is told who changes what, by which operation. */
  const write = <T>(
    operation: Operation | Cause,
    name: string,
    apply: (attempt: number) => Promise<T>,
    show?: (answer: T) => string,
  ): Promise<T> => {
    const by = instance.current;
    const cause = typeof operation === 'string' ? { operation, by } : operation;
    return network.call(by, {
      name,
      service: 'store',
      kind: 'write',
      apply: (attempt) => {
        store.cause = cause;
        return apply(attempt);
      },
      ...(show !== undefined && { show }),
    });
  };

  const attempted = (answer: ConditionalResult<unknown>) =>
    'applied' in answer ? 'applied' : `refused by ${answer.refused?.status ?? 'nothing'}`;

  return {
    create: (submission, start, total) =>
      write('create', 'create', () => store.create(submission, start, total), attempted),
    read: (key) =>
      read(
        `read ${key.tenant}/${key.id}`,
        () => store.read(key),
        (found) => found?.status ?? 'nothing',
      ),
    readMany: (keys) => read('read many', () => store.readMany(keys)),
    start: (ref, attempt, startedAt) => write('start', 'start', () => store.start(ref, attempt, startedAt)),
    succeed: (ref, result, total, end) =>
      write('succeed', 'succeed', () => store.succeed(ref, result, total, end), String),
    fail: (ref, attempt, error, end) =>
      write('fail', 'fail', () => store.fail(ref, attempt, error, end), String),
    cancel: (key, token, end) => write('cancel', 'cancel', () => store.cancel(key, token, end), attempted),
    retry: (key, token, now, start) =>
      write('retry', 'retry', () => store.retry(key, token, now, start), attempted),
    remove: (key, now) =>
      write(
        'remove',
        'remove',
        async (attempt) => {
          const removed = await store.remove(key, now);
          // As the store in DynamoDB does: nobody can tell whether the first attempt removed it.
          if (attempt > 1 && 'refused' in removed && removed.refused === undefined) {
            throw new ServiceError('unacknowledged delete');
          }
          return removed;
        },
        attempted,
      ),
    list: (tenant, after, limit) => read('list', () => store.staleList(tenant, after, limit)),
    async *listDue(until) {
      yield* await read('list due', async () => {
        const found: ComputationKey[] = [];
        for await (const key of store.staleListDue(until)) found.push(key);
        return found;
      });
    },
    rescheduleVisit: (ref, seenAt, next, token) =>
      write('reschedule', 'reschedule visit', () => store.rescheduleVisit(ref, seenAt, next, token), String),
    readEventual: (ref, nodes, options) =>
      read('read eventual', () => store.staleReadEventual(ref, nodes, options)),
    readNodes: (ref, nodes) => read('read nodes', () => store.readNodes(ref, nodes)),
    fillSlot: (ref, node, slot, value, expiresAt) =>
      write({ operation: 'fillSlot', by: instance.current, ref, node, slot, expiresAt }, 'fill slot', () =>
        store.fillSlot(ref, node, slot, value, expiresAt),
      ),
    readCheckpoint: (ref) =>
      read(
        'read checkpoint',
        () => store.readCheckpoint(ref),
        (found) => String(found?.step ?? 'none'),
      ),
    writeCheckpoint: (ref, next, token, expiresAt) =>
      write(
        { operation: 'checkpoint', by: instance.current, ref, expiresAt },
        `checkpoint at ${next.step}`,
        () => store.writeCheckpoint(ref, next, token, expiresAt),
        String,
      ),
  };
};
