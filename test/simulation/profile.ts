import type { Limits } from '../../functions/lib/engine/ports.ts';
import type { Fault, Rates } from './faults.ts';
import type { Dice } from './world/dice.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * What kind of history it is, and so what it must prove.
 * - `calm`: nothing goes wrong, so everything happens exactly once.
 * - `outage`: for less than ten minutes the store, the queue or both answer nothing, so nothing may fail.
 * - `deployment`: for some minutes old and new workers run side by side, so nothing may fail.
 * - `storm`: some of all faults, at rates of any scale.
 */
type Kind = 'calm' | 'outage' | 'deployment' | 'storm';

/** A new version replaces the old one; times are milliseconds from the start. */
interface Deployment {
  /** When the new one first appears, and when the old one is gone. */
  readonly from: number;
  readonly to: number;
  /** Whether it writes its messages in a later format, which the old one does not know. */
  readonly format: boolean;
  /** Whether it no longer knows an old version of a type: what was submitted of that must fail, not wait for ever. */
  readonly retires: boolean;
}

export interface Profile {
  readonly kind: Kind;
  readonly rates: Rates;
  readonly limits: Limits;
  /** How long an eventually consistent read may lag, in milliseconds. */
  readonly staleMs: number;
  /** How long an index may lag, in milliseconds. */
  readonly indexLagMs: number;
  /** A usual call's mean latency, in milliseconds. */
  readonly latencyMs: number;
  /** The longest part or step takes about so many milliseconds; 0: computed without awaiting anything. */
  readonly partMs: number;
  readonly workers: number;
  readonly visibilityMs: number;
  /** When the clients begin and stop, in milliseconds from the start; faults stop soon after. */
  readonly busyMs: number;
  /** How many requests the clients make. */
  readonly requests: number;
  readonly outage:
    | { readonly from: number; readonly to: number; readonly store: boolean; readonly queue: boolean }
    | undefined;
  readonly deployment: Deployment | undefined;
}

/** The highest rate at which a fault strikes, each time that it could. */
const HIGHEST: Rates = {
  'message duplicated': 0.3,
  'message delayed': 0.2,
  'message lost': 0.1,
  'deleted message delivered again': 0.2,
  'crash before a call': 0.1,
  'crash during a call': 0.1,
  'crash after a call': 0.1,
  'crash in a kernel': 0.15,
  'part hangs': 0.05,
  'instance replaced': 0.3,
  'send failed': 0.3,
  'send failed halfway': 0.3,
  'send accepted some entries': 0.5,
  'send applied, no answer': 0.2,
  'send repeated by the SDK': 0.2,
  'read failed': 0.15,
  'write throttled': 0.2,
  'write timed out': 0.15,
  'write applied, no answer': 0.2,
  'write repeated by the SDK': 0.3,
  'write applied after its timeout': 0.15,
  'slow call': 0.2,
  'skewed clock': 0.7,
  'two sweeps at once': 0.5,
  'kernel threw': 0.1,
};

/** These happen by themselves, so many times in a history at most. */
const MAX_RATES: Rates = {
  'queue lost everything': 2,
  'old message delivered again': 12,
  'late dead letter': 8,
  'unreadable message': 4,
  'sweep off schedule': 12,
  'sweep of everything': 5,
};

/** Some of the faults, each at a rate of its own: many of one kind find what a few of every kind do not. */
const storm = (dice: Dice): Rates => {
  const share = dice.pick([0.1, 0.3, 0.6]);
  const rates: Rates = {};
  for (const [fault, highest] of Object.entries(HIGHEST)) {
    if (dice.chance(share)) rates[fault as Fault] = dice.scale(highest / 30, highest);
  }
  for (const [fault, most] of Object.entries(MAX_RATES)) {
    if (dice.chance(share)) rates[fault as Fault] = dice.whole(1, most);
  }
  return rates;
};

export const drawProfile = (dice: Dice): Profile => {
  const roll = dice.uniform();
  const kind: Kind = roll < 0.12 ? 'calm' : roll < 0.2 ? 'outage' : roll < 0.28 ? 'deployment' : 'storm';
  const isStorm = kind === 'storm';
  const busyMs = isStorm ? dice.scale(5 * SECOND, 2 * HOUR) : dice.scale(5 * SECOND, 5 * MINUTE);
  const outageFrom = dice.uniform() * busyMs;
  const victims = dice.pick([
    { store: true, queue: false },
    { store: false, queue: true },
    { store: true, queue: true },
  ]);
  const outage =
    kind === 'outage' || (isStorm && dice.chance(0.1))
      ? {
          from: outageFrom,
          to: outageFrom + dice.between(10, kind === 'outage' ? 590 : 900) * SECOND,
          ...victims,
        }
      : undefined;
  const deploymentFrom = dice.uniform() * busyMs;
  const deployment =
    kind === 'deployment' || (isStorm && dice.chance(0.15))
      ? {
          from: deploymentFrom,
          to: deploymentFrom + dice.between(10, 590) * SECOND,
          format: dice.chance(0.5),
          retires: isStorm && dice.chance(0.3),
        }
      : undefined;
  return {
    kind,
    rates: isStorm ? storm(dice) : {},
    limits: {
      retentionMs: isStorm ? dice.pick([2 * MINUTE, HOUR, 14 * DAY]) : 14 * DAY,
      maxAgeMs: isStorm ? dice.pick([2 * MINUTE, 20 * MINUTE, DAY, DAY]) : DAY,
      sweepAfterMs: isStorm ? dice.pick([10 * SECOND, 30 * SECOND, 5 * MINUTE]) : 5 * MINUTE,
      checkpointMs: dice.scale(100, 20 * SECOND),
    },
    staleMs: dice.pick([0, 100, 1_000]),
    indexLagMs: dice.pick([0, SECOND, isStorm ? 2 * MINUTE : SECOND]),
    latencyMs: dice.scale(1, 30),
    partMs: dice.chance(0.2) ? 0 : isStorm ? dice.scale(10, 15 * SECOND) : dice.scale(10, SECOND),
    workers: dice.whole(2, 5),
    visibilityMs: isStorm ? dice.pick([5 * SECOND, MINUTE, 6 * MINUTE]) : 6 * MINUTE,
    busyMs,
    requests: 1 + Math.floor(dice.scale(1, 12)),
    outage,
    deployment,
  };
};
