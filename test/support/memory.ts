import {
  type ActiveComputation,
  type Computation,
  type ComputationKey,
  type ComputationRef,
  exists,
  isActive,
} from '../../functions/lib/engine/computation.ts';
import { FAN_OUT } from '../../functions/lib/engine/limits.ts';
import { encodeMessage, type WorkMessage } from '../../functions/lib/engine/message.ts';
import type {
  Checkpoint,
  ComputationStore,
  NodeRecord,
  WorkQueue,
} from '../../functions/lib/engine/ports.ts';
import type { Node } from '../../functions/lib/engine/tree.ts';

/**
 * The computations table in memory: the same promises as DynamoDB's, held by the same contract suite. Everything
 * is atomic, because nothing awaits between reading and writing.
 */
export class MemoryStore implements ComputationStore {
  readonly computations = new Map<string, Computation>();
  readonly nodes = new Map<string, (Uint8Array | undefined)[]>();
  readonly checkpoints = new Map<string, { checkpoint: Checkpoint; token: string }>();
  readonly #cancelTokens = new Map<string, string>();
  readonly #retryTokens = new Map<string, string>();
  readonly #visitTokens = new Map<string, string>();

  static key = ({ tenant, id }: ComputationKey) => `${tenant}/${id}`;
  static node = (ref: ComputationRef, { level, index }: Node) =>
    `${MemoryStore.key(ref)}/${ref.epoch}/${level}.${index}`;

  #active(ref: ComputationRef): ActiveComputation | undefined {
    const found = this.computations.get(MemoryStore.key(ref));
    return found?.epoch === ref.epoch && isActive(found) ? found : undefined;
  }

  #record(key: string): NodeRecord {
    return { slots: Array.from({ length: FAN_OUT }, (_, slot) => this.nodes.get(key)?.[slot]) };
  }

  create: ComputationStore['create'] = async (submission, start, total) => {
    const key = MemoryStore.key(submission);
    const found = this.computations.get(key);
    if (exists(found, submission.createdAt)) {
      return found.epoch === submission.epoch ? { applied: found } : { refused: found };
    }
    const created: ActiveComputation = { ...submission, attempt: 1, total, status: 'queued', ...start };
    this.computations.set(key, created);
    this.#cancelTokens.delete(key);
    this.#retryTokens.delete(key);
    this.#visitTokens.delete(key);
    return { applied: created };
  };

  read: ComputationStore['read'] = async (key) => this.computations.get(MemoryStore.key(key));

  readMany: ComputationStore['readMany'] = async (keys) =>
    keys.map((key) => this.computations.get(MemoryStore.key(key))).filter((one) => one !== undefined);

  start: ComputationStore['start'] = async (ref, attempt, startedAt) => {
    const active = this.#active(ref);
    if (active?.attempt !== attempt || active.status !== 'queued') return;
    this.computations.set(MemoryStore.key(ref), { ...active, status: 'running', startedAt });
  };

  succeed: ComputationStore['succeed'] = async (ref, result, total, end) => {
    const active = this.#active(ref);
    if (active === undefined) return false;
    this.computations.set(MemoryStore.key(ref), {
      ...finishable(active),
      status: 'succeeded',
      result,
      ...end,
      total,
    });
    return true;
  };

  fail: ComputationStore['fail'] = async (ref, attempt, error, end) => {
    const active = this.#active(ref);
    if (active?.attempt !== attempt) return false;
    this.computations.set(MemoryStore.key(ref), { ...finishable(active), status: 'failed', error, ...end });
    return true;
  };

  cancel: ComputationStore['cancel'] = async (key, token, end) => {
    const name = MemoryStore.key(key);
    const found = this.computations.get(name);
    const isRepeated = this.#cancelTokens.get(name) === token;
    if (found === undefined || !isActive(found) || isRepeated) {
      return found !== undefined && isRepeated ? { applied: found } : { refused: found };
    }
    const cancelled: Computation = { ...finishable(found), status: 'cancelled', ...end };
    this.computations.set(name, cancelled);
    this.#cancelTokens.set(name, token);
    return { applied: cancelled };
  };

  retry: ComputationStore['retry'] = async (key, token, now, start) => {
    const name = MemoryStore.key(key);
    const found = this.computations.get(name);
    const isRepeated = this.#retryTokens.get(name) === token;
    const isOver = found?.status === 'failed' || found?.status === 'cancelled';
    if (!isOver || !exists(found, now) || isRepeated) {
      return found !== undefined && isRepeated ? { applied: found } : { refused: found };
    }
    const queued: ActiveComputation = {
      ...submissionOf(found),
      attempt: found.attempt + 1,
      total: found.total,
      status: 'queued',
      ...start,
    };
    this.computations.set(name, queued);
    this.#retryTokens.set(name, token);
    this.#visitTokens.delete(name);
    return { applied: queued };
  };

  remove: ComputationStore['remove'] = async (key, now) => {
    const name = MemoryStore.key(key);
    const found = this.computations.get(name);
    if (!exists(found, now) || isActive(found)) return { refused: found };
    this.computations.delete(name);
    return { applied: true };
  };

  list: ComputationStore['list'] = async (tenant, after, limit) => {
    const all = [...this.computations.values()]
      .filter((one) => one.tenant === tenant)
      .map(({ id, createdAt }) => ({ id, position: `${new Date(createdAt).toISOString()}#${id}` }))
      .sort((a, b) => (a.position < b.position ? 1 : -1))
      .filter(({ position }) => after === undefined || position < after);
    const keys = all.slice(0, limit);
    return { keys, next: all.length > limit ? keys.at(-1)?.position : undefined };
  };

  async *listDue(until: number) {
    const due = [...this.computations.values()].filter(isActive).filter(({ visit }) => visit.at <= until);
    for (const { tenant, id } of due) yield { tenant, id };
  }

  rescheduleVisit: ComputationStore['rescheduleVisit'] = async (ref, seenAt, next, token) => {
    const key = MemoryStore.key(ref);
    const active = this.#active(ref);
    if (active?.visit.at !== seenAt) return active !== undefined && this.#visitTokens.get(key) === token;
    this.computations.set(key, { ...active, visit: next });
    this.#visitTokens.set(key, token);
    return true;
  };

  readEventual: ComputationStore['readEventual'] = async (ref, nodes, { computation }) => ({
    computation: computation ? this.computations.get(MemoryStore.key(ref)) : undefined,
    nodes: nodes.map((node) => this.#record(MemoryStore.node(ref, node))),
  });

  readNodes: ComputationStore['readNodes'] = async (ref, nodes) =>
    nodes.map((node) => this.#record(MemoryStore.node(ref, node)));

  fillSlot: ComputationStore['fillSlot'] = async (ref, node, slot, value) => {
    const key = MemoryStore.node(ref, node);
    const slots = this.nodes.get(key) ?? [];
    slots[slot] ??= value;
    this.nodes.set(key, slots);
    return this.#record(key);
  };

  readCheckpoint: ComputationStore['readCheckpoint'] = async (ref) =>
    this.checkpoints.get(`${MemoryStore.key(ref)}/${ref.epoch}`)?.checkpoint;

  writeCheckpoint: ComputationStore['writeCheckpoint'] = async (ref, next, token) => {
    const key = `${MemoryStore.key(ref)}/${ref.epoch}`;
    const last = this.checkpoints.get(key);
    if ((last?.checkpoint.step ?? 0) !== next.from) return last?.token === token;
    this.checkpoints.set(key, { checkpoint: next, token });
    return true;
  };
}

const submissionOf = (computation: Computation) => {
  const { tenant, id, epoch, type, version, input, kind, createdAt, keyDigests } = computation;
  return {
    tenant,
    id,
    epoch,
    type,
    version,
    input,
    kind,
    createdAt,
    ...(keyDigests !== undefined && { keyDigests }),
  };
};

/** What of an active computation its finished record keeps. */
const finishable = (active: ActiveComputation) => ({
  ...submissionOf(active),
  attempt: active.attempt,
  total: active.total,
  ...(active.status === 'running' && { startedAt: active.startedAt }),
});

/** A queue in memory: bodies in the order of sending, for a test to take in whatever order it likes. */
export class MemoryQueue implements WorkQueue {
  readonly bodies: string[] = [];
  sent = 0;

  send: WorkQueue['send'] = async (messages: readonly WorkMessage[]) => {
    this.sent += messages.length;
    this.bodies.push(...messages.map(encodeMessage));
  };
}
