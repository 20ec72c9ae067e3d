import { FAN_OUT } from '../../../functions/lib/engine/limits.ts';
import type { Checkpoint } from '../../../functions/lib/engine/ports.ts';
import { partsBelow } from '../../../functions/lib/engine/tree.ts';
import type { Invocation } from '../world/invocation.ts';
import type { Cause, Slots } from '../world/store.ts';
import type { World } from '../world/world.ts';
import { INVARIANT } from './invariants.ts';
import type { Lives } from './lives.ts';

const MAX_SLOT_BYTES = 32_768;

/** Two clocks differ at most by so much. */
const CLOCKS_APART_MS = 60_000;

/** Sees every change of a node's record or a checkpoint: a slot is filled once, a checkpoint replaced by its next. */
export class Records {
  readonly #world: World;
  readonly #lives: Lives;

  constructor(world: World, lives: Lives) {
    this.#world = world;
    this.#lives = lives;
  }

  slots(before: Slots, after: Slots | undefined, cause: Cause) {
    if (after === undefined && cause.operation === 'ttl') return this.#forget(cause.epoch);
    if (after === undefined || cause.operation !== 'fillSlot') return;
    const { ref, node, slot, expiresAt, by } = cause;
    const where = `${ref.tenant}/${ref.id} node ${node.level}.${node.index}`;
    const broken = (invariant: string, detail: string) =>
      this.#world.violate(invariant, `${where} ${detail}`);
    const value = after[slot];
    const isFilled = value !== undefined && before[slot] !== value;
    this.#world.trace(by.name, () => `${where} slot ${slot} ${isFilled ? 'filled' : 'was full'}`);

    const others = Array.from({ length: Math.max(before.length, after.length) }, (_, at) => at).filter(
      (at) => at !== slot && before[at] !== after[at],
    );
    if (others.length > 0) broken(INVARIANT.result, `slot ${others[0]} was filled instead of ${slot}`);
    this.#outlives(where, ref.epoch, expiresAt, by);
    if (!isFilled) return;
    if (before[slot] !== undefined) broken(INVARIANT.terminal, `slot ${slot} was overwritten`);
    if (value.length > MAX_SLOT_BYTES) broken(INVARIANT.bounded, `slot ${slot} has ${value.length} bytes`);
    const life = this.#lives.get(ref.epoch);
    const child = { level: node.level - 1, index: node.index * FAN_OUT + slot };
    if (life !== undefined && partsBelow(child, life.first.total) === 1) life.reported.push(this.#world.now);
  }

  checkpoint(before: Checkpoint | undefined, after: Checkpoint | undefined, cause: Cause) {
    if (after === undefined && cause.operation === 'ttl') return this.#forget(cause.epoch);
    if (after === undefined || cause.operation !== 'checkpoint') return;
    const { ref, expiresAt, by } = cause;
    const where = `${ref.tenant}/${ref.id}`;
    const from = before?.step ?? 0;
    this.#world.trace(by.name, () => `${where} checkpoint ${from} → ${after.step}`);
    this.#outlives(where, ref.epoch, expiresAt, by);
    if (after.from !== from || after.step <= from || after.hops !== (before?.hops ?? 0) + 1) {
      this.#world.violate(
        INVARIANT.terminal,
        `${where}: a checkpoint at ${from} became one at ${after.step}`,
      );
    }
    if (after.state.length > MAX_SLOT_BYTES) {
      this.#world.violate(INVARIANT.bounded, `${where}: a checkpoint has ${after.state.length} bytes`);
    }
    this.#lives.get(ref.epoch)?.checkpoint(this.#world.now, after.step);
  }

  /** A record that its TTL deleted is nobody's fault; the sweeper heals what needed it. */
  #forget(epoch: string) {
    const life = this.#lives.get(epoch);
    if (life === undefined) return;
    life.isLossy = true;
    if (life.first.kind === 'sequential') life.checkpoint(this.#world.now, 0);
  }

  /** A record is there as long as its computation may be retried, and then be worked on. */
  #outlives(where: string, epoch: string, expiresAt: number, by: Invocation) {
    const deadline = this.#lives.get(epoch)?.attempts.at(-1)?.deadline ?? 0;
    const { retentionMs, maxAgeMs } = this.#world.profile.limits;
    const end = Math.min(deadline, by.instance.now() + maxAgeMs);
    const missing = end + retentionMs + maxAgeMs - CLOCKS_APART_MS - expiresAt * 1_000;
    if (missing > 0) this.#world.violate(INVARIANT.accounted, `${where} expires ${missing} ms too early`);
  }
}
