import type {
  Computation,
  ComputationKey,
  ComputationRef,
  Failure,
  Json,
  Status,
  Submission,
} from '../engine/computation.ts';
import { FAN_OUT } from '../engine/limits.ts';
import type { AttemptStart, Checkpoint, NodeRecord } from '../engine/ports.ts';
import type { Node } from '../engine/tree.ts';

/*
 * How computations are stored in their table. A computation and its nodes have different prefixes, followed by the
 * tenant. Each node has a partition of its own, so that the reports of many workers spread over partitions.
 */

export const computationPk = ({ tenant, id }: ComputationKey): string => `c#${tenant}#${id}`;

export const nodePk = ({ tenant, id, epoch }: ComputationRef, { level, index }: Node): string =>
  `n#${tenant}#${id}#${epoch}#${level}.${index}`;

export const checkpointPk = ({ tenant, id, epoch }: ComputationRef): string => `s#${tenant}#${id}#${epoch}`;

/** Partitions of the sparse index of active computations. */
export const SHARDS = 32;

export const shardName = (shard: number): string => `active-${shard}`;

/**
 * The partition of a tenant's active computations: one for all of them, so that one request can count them. A
 * computation writes to it twice, so a partition takes five hundred submissions a second, more than the API lets one
 * tenant make. Any even distribution does; tenants are hashes, so the sum of their letters is evenly distributed too.
 */
export const shardOf = ({ tenant }: Pick<ComputationKey, 'tenant'>): string => {
  let sum = 0;
  for (const letter of tenant) sum += letter.charCodeAt(0);
  return shardName(sum % SHARDS);
};

/** Sorts by time of creation; the id makes it unique where two were created in the same millisecond. */
const listKeyOf = ({ createdAt, id }: Submission): string => `${new Date(createdAt).toISOString()}#${id}`;

/**
 * A computation's item. Input and result are strings of JSON, because DynamoDB's numbers lose −0 and refuse 1e-200.
 * `tenant` and `listKey` are the keys of the index of the list, `shard` and `visitAt` those of the index of active
 * computations, which an item leaves when they are removed.
 */
interface ComputationItem {
  pk: string;
  tenant: string;
  id: string;
  epoch: string;
  attempt: number;
  type: string;
  version: number;
  kind: 'parallel' | 'sequential';
  input: string;
  total: number;
  status: Status;
  createdAt: number;
  listKey: string;
  useKey?: string;
  usePayload?: string;
  startedAt?: number;
  finishedAt?: number;
  expiresAt?: number;
  deadline?: number;
  shard?: string;
  visitAt?: number;
  visitInterval?: number;
  visitSeen?: number;
  /** The token of the sweeper's run that scheduled this visit. */
  visitToken?: string;
  result?: string;
  error?: Failure;
  /** The tokens of the last cancel and of the last retry. Each stays when the other one is written. */
  cancelToken?: string;
  retryToken?: string;
}

/** The start of an attempt as attributes. */
export const startAttributes = (key: ComputationKey, { deadline, visit }: AttemptStart) => ({
  deadline,
  shard: shardOf(key),
  visitAt: visit.at,
  visitInterval: visit.intervalMs,
  visitSeen: visit.lastDone,
});

export const toItem = (submission: Submission, start: AttemptStart, total: number): ComputationItem => {
  const { input, keyDigests, ...rest } = submission;
  return {
    pk: computationPk(submission),
    ...rest,
    attempt: 1,
    input: JSON.stringify(input),
    total,
    status: 'queued',
    listKey: listKeyOf(submission),
    ...(keyDigests && { useKey: keyDigests.key, usePayload: keyDigests.payload }),
    ...startAttributes(submission, start),
  };
};

/** Reads an item that this module wrote. A missing attribute is a bug, and throws. */
export const fromItem = (attributes: Record<string, unknown>): Computation => {
  const item = attributes as unknown as ComputationItem;
  const need = <K extends keyof ComputationItem>(name: K): NonNullable<ComputationItem[K]> => {
    const value = item[name];
    if (value === undefined || value === null) throw new Error(`${item.pk} has no ${name}`);
    return value as NonNullable<ComputationItem[K]>;
  };
  const base = {
    tenant: need('tenant'),
    id: need('id'),
    epoch: need('epoch'),
    attempt: need('attempt'),
    type: need('type'),
    version: need('version'),
    kind: need('kind'),
    input: JSON.parse(need('input')) as Json,
    total: need('total'),
    createdAt: need('createdAt'),
    ...(item.useKey !== undefined && { keyDigests: { key: item.useKey, payload: need('usePayload') } }),
  };
  const started = item.startedAt === undefined ? {} : { startedAt: item.startedAt };
  const active = () => ({
    deadline: need('deadline'),
    visit: { at: need('visitAt'), intervalMs: need('visitInterval'), lastDone: need('visitSeen') },
  });
  const finished = () => ({ ...started, finishedAt: need('finishedAt'), expiresAt: need('expiresAt') });
  const status = need('status');
  switch (status) {
    case 'queued':
      return { ...base, status, ...active() };
    case 'running':
      return { ...base, status, startedAt: need('startedAt'), ...active() };
    case 'succeeded':
      return { ...base, status, result: JSON.parse(need('result')) as Json, ...finished() };
    case 'failed':
      return { ...base, status, error: need('error'), ...finished() };
    case 'cancelled':
      return { ...base, status, ...finished() };
  }
};

/** The tokens of the last writes of an item, by which a repeated write recognizes itself. */
export const tokensOf = (
  attributes: Record<string, unknown> | undefined,
): Pick<ComputationItem, 'cancelToken' | 'retryToken' | 'visitToken'> => attributes ?? {};

export const slotName = (slot: number): string => `s${slot}`;

export const nodeFromItem = (attributes: Record<string, unknown> | undefined): NodeRecord => ({
  slots: Array.from({ length: FAN_OUT }, (_, slot) => {
    const value = attributes?.[slotName(slot)];
    return value instanceof Uint8Array ? value : undefined;
  }),
});

export const checkpointFromItem = (attributes: Record<string, unknown>): Checkpoint => {
  const { step, from, attempt, hops, state, done, total } = attributes as unknown as Checkpoint;
  return { step, from, attempt, hops, state, done, total };
};
