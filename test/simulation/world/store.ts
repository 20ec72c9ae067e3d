import { isDeepStrictEqual } from 'node:util';
import type { Computation, ComputationRef } from '../../../functions/lib/engine/computation.ts';
import type { Checkpoint } from '../../../functions/lib/engine/ports.ts';
import type { Node } from '../../../functions/lib/engine/tree.ts';
import { MemoryStore } from '../../support/memory.ts';
import type { Fault } from '../faults.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

/** What changes a computation. */
export type Operation =
  | 'create'
  | 'start'
  | 'succeed'
  | 'fail'
  | 'cancel'
  | 'retry'
  | 'remove'
  | 'reschedule';

/** Who is changing the store, and how. */
export type Cause =
  | { readonly operation: Operation; readonly by: Invocation }
  | {
      readonly operation: 'fillSlot';
      readonly by: Invocation;
      readonly ref: ComputationRef;
      readonly node: Node;
      readonly slot: number;
      /** Seconds since the epoch. */
      readonly expiresAt: number;
    }
  | {
      readonly operation: 'checkpoint';
      readonly by: Invocation;
      readonly ref: ComputationRef;
      readonly expiresAt: number;
    }
  | { readonly operation: 'ttl'; readonly by: undefined; readonly epoch: string };

/** What a record has been, and since when. */
interface Version<T> {
  readonly at: number;
  readonly value: T | undefined;
}

/** What a node's record has, by slot. */
export type Slots = readonly (Uint8Array | undefined)[];

/** A map that says what changes in it. */
class WatchedMap<V> extends Map<string, V> {
  readonly #changed: (key: string, before: V | undefined, after: V | undefined) => void;

  constructor(changed: (key: string, before: V | undefined, after: V | undefined) => void) {
    super();
    this.#changed = changed;
  }

  override set(key: string, value: V): this {
    const before = this.get(key);
    super.set(key, value);
    this.#changed(key, before, value);
    return this;
  }

  override delete(key: string): boolean {
    const before = this.get(key);
    const existed = super.delete(key);
    if (existed) this.#changed(key, before, undefined);
    return existed;
  }
}

const valueAt = <T>(versions: readonly Version<T>[], time: number): T | undefined =>
  versions.findLast(({ at }) => at <= time)?.value;

/** Who sees every change, when it is made. */
export interface ChangeObserver {
  computation(
    key: string,
    before: Computation | undefined,
    after: Computation | undefined,
    cause: Cause,
  ): void;
  slots(before: Slots, after: Slots | undefined, cause: Cause): void;
  checkpoint(before: Checkpoint | undefined, after: Checkpoint | undefined, cause: Cause): void;
}

/**
 * The store of the contract suite, which remembers what each record has been: so that a read can be as stale as an
 * eventually consistent one, and every change has a witness.
 */
export class SimulatedStore extends MemoryStore {
  readonly #world: World;
  readonly #view = new MemoryStore();
  readonly #computations = new Map<string, Version<Computation>[]>();
  readonly #nodes = new Map<string, Version<Slots>[]>();
  /** When the records of nodes and checkpoints expire, in seconds, and whose they are. */
  readonly expiries = new Map<string, { readonly epoch: string; readonly expiresAt: number }>();
  /** Set around each operation, because the operation itself is one step. */
  cause: Cause = { operation: 'ttl', by: undefined, epoch: '' };
  override readonly computations: WatchedMap<Computation>;
  override readonly nodes: WatchedMap<(Uint8Array | undefined)[]>;
  override readonly checkpoints: WatchedMap<{ checkpoint: Checkpoint; token: string }>;

  constructor(world: World, witness: ChangeObserver) {
    super();
    this.#world = world;
    this.computations = new WatchedMap((key, before, after) => {
      this.#remember(this.#computations, key, after);
      witness.computation(key, before, after, this.cause);
    });
    this.nodes = new WatchedMap((key, _, after) => {
      const before = this.#nodes.get(key)?.at(-1)?.value ?? [];
      // Copied, because the store goes on filling the array that it has.
      const slots = after === undefined ? undefined : [...after];
      this.#remember(this.#nodes, key, slots);
      if (this.cause.operation === 'fillSlot') this.#expire(key, this.cause);
      witness.slots(before, slots, this.cause);
    });
    this.checkpoints = new WatchedMap((key, before, after) => {
      if (this.cause.operation === 'checkpoint') this.#expire(key, this.cause);
      witness.checkpoint(before?.checkpoint, after?.checkpoint, this.cause);
    });
  }

  #expire(key: string, { ref, expiresAt }: { ref: ComputationRef; expiresAt: number }): void {
    this.expiries.set(key, { epoch: ref.epoch, expiresAt });
  }

  #remember<T>(versions: Map<string, Version<T>[]>, key: string, value: T | undefined): void {
    const known = versions.get(key);
    const version = { at: this.#world.now, value };
    if (known === undefined) versions.set(key, [version]);
    else known.push(version);
  }

  /** The versions of a computation's record from `from` on, the one that it had then included. */
  since(key: string, from: number): readonly (Computation | undefined)[] {
    const versions = this.#computations.get(key) ?? [];
    const first = versions.findLastIndex(({ at }) => at <= from);
    const values = versions.slice(Math.max(0, first)).map(({ value }) => value);
    return first < 0 ? [undefined, ...values] : values;
  }

  /** Since when the computation's record has been as it is told. */
  versionStart(told: Computation): number {
    const versions = this.#computations.get(MemoryStore.key(told)) ?? [];
    return versions.findLast(({ value }) => isDeepStrictEqual(value, told))?.at ?? 0;
  }

  /** Whether the slot has been filled all the time from `from` to now. */
  isFilledSince(ref: ComputationRef, node: Node, slot: number, from: number): boolean {
    const versions = this.#nodes.get(MemoryStore.node(ref, node)) ?? [];
    const first = versions.findLastIndex(({ at }) => at <= from);
    return first >= 0 && versions.slice(first).every(({ value }) => value?.[slot] !== undefined);
  }

  isFilled(ref: ComputationRef, node: Node, slot: number): boolean {
    return this.nodes.get(MemoryStore.node(ref, node))?.[slot] !== undefined;
  }

  /** The value up to the longest lag ago. */
  #look<T>(versions: readonly Version<T>[] | undefined, maxMs: number, fault: Fault): T | undefined {
    if (versions === undefined) return undefined;
    const { dice, now } = this.#world;
    const lag = maxMs > 0 && dice.chance(0.5) ? dice.uniform() * maxMs : 0;
    const value = valueAt(versions, now - lag);
    if (value !== versions.at(-1)?.value) this.#world.faults.count(fault);
    return value;
  }

  /** Every computation as an index may show it, each as old as chance wants. */
  #indexed(fault: Fault): MemoryStore {
    this.#view.computations.clear();
    for (const [key, versions] of this.#computations) {
      const value = this.#look(versions, this.#world.profile.indexLagMs, fault);
      if (value !== undefined) this.#view.computations.set(key, value);
    }
    return this.#view;
  }

  staleReadEventual: MemoryStore['readEventual'] = (ref, nodes, options) => {
    const view = this.#view;
    view.computations.clear();
    view.nodes.clear();
    const { staleMs } = this.#world.profile;
    const name = MemoryStore.key(ref);
    const computation = options.computation
      ? this.#look(this.#computations.get(name), staleMs, 'stale read')
      : undefined;
    if (computation !== undefined) view.computations.set(name, computation);
    for (const node of nodes) {
      const key = MemoryStore.node(ref, node);
      const slots = this.#look(this.#nodes.get(key), staleMs, 'stale read');
      if (slots !== undefined) view.nodes.set(key, [...slots]);
    }
    return view.readEventual(ref, nodes, options);
  };

  staleList: MemoryStore['list'] = (...page) => this.#indexed('stale list').list(...page);

  staleListDue: MemoryStore['listDue'] = (until) => this.#indexed('stale index of due visits').listDue(until);

  /** Deletes some of what has expired at `now` (seconds), as DynamoDB does sooner or later. */
  deleteExpired(now: number): void {
    const { dice, faults } = this.#world;
    for (const [key, computation] of [...this.computations]) {
      if (!('expiresAt' in computation) || computation.expiresAt >= now || !dice.chance(0.5)) continue;
      faults.count('computation deleted by its TTL');
      this.cause = { operation: 'ttl', by: undefined, epoch: computation.epoch };
      this.computations.delete(key);
    }
    for (const [key, { epoch, expiresAt }] of [...this.expiries]) {
      if (expiresAt >= now || !dice.chance(0.5)) continue;
      faults.count('node deleted by its TTL');
      this.expiries.delete(key);
      this.cause = { operation: 'ttl', by: undefined, epoch };
      this.nodes.delete(key);
      this.checkpoints.delete(key);
    }
  }
}
