import { FinalState } from './checks/final-state.ts';
import { INVARIANT } from './checks/invariants.ts';
import { type Fault, Faults } from './faults.ts';
import type { Decorators } from './mutation/decorators.ts';
import { drawPlan } from './plan.ts';
import { drawProfile } from './profile.ts';
import { Clients } from './world/clients.ts';
import { Dice } from './world/dice.ts';
import { expectedResults } from './world/expected.ts';
import { Functions } from './world/functions.ts';
import { scheduleIncidents } from './world/incidents.ts';
import { Platform } from './world/platform.ts';
import { Scheduler } from './world/scheduler.ts';
import { type Violation, World } from './world/world.ts';

const START = Date.UTC(2026, 0, 1);
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * How long everything may take once nothing goes wrong any more: the sweeper visits at least once an hour, and what
 * takes its process along needs eight receives to become a dead letter, twice where it hides behind what was lost.
 */
const SETTLING_MS = 4 * HOUR;

/** Far more than any history needs: what happens more often multiplies. */
const MAX_EVENTS = 60_000;

export interface Outcome {
  readonly seed: number;
  readonly kind: string;
  readonly violation: Violation | undefined;
  readonly faults: ReadonlyMap<Fault, number>;
  readonly events: number;
  readonly computations: number;
  /** What happened, line by line, where it was asked for. */
  readonly trace: readonly string[];
}

/** One history, which its seed decides: clients, faults, then peace, and every check. */
export const runHistory = async (
  seed: number,
  { traced = false, decorators = {} }: { readonly traced?: boolean; readonly decorators?: Decorators } = {},
): Promise<Outcome> => {
  const dice = new Dice(seed);
  const profile = drawProfile(dice);
  const plan = drawPlan(dice, profile);
  const scheduler = new Scheduler(START);
  const faults = new Faults(dice, profile.rates);
  const world = new World({ dice, scheduler, faults, profile }, traced);
  const platform = new Platform(world, await expectedResults(plan), decorators);
  const functions = new Functions(platform);
  const clients = new Clients(platform);
  const ending = new FinalState(platform, functions);
  world.trace('HISTORY', () => `seed ${seed}: ${JSON.stringify(profile)}`);

  const isBroken = () => {
    if (scheduler.events > MAX_EVENTS) world.violate(INVARIANT.bounded, 'it never comes to rest');
    return world.violation !== undefined;
  };
  clients.schedule(plan);
  const scheduleSweep = () => {
    functions.sweep(false);
    if (faults.occurs('two sweeps at once')) functions.sweep(false);
    scheduler.after(MINUTE, scheduleSweep);
  };
  scheduler.after(dice.uniform() * MINUTE, scheduleSweep);
  const scheduleExpiry = () => {
    platform.store.deleteExpired(Math.floor(scheduler.now / 1_000));
    scheduler.after(dice.scale(MINUTE, 4 * HOUR), scheduleExpiry);
  };
  scheduler.after(dice.scale(MINUTE, HOUR), scheduleExpiry);
  const asked = plan.map(({ at }) => START + at);
  scheduleIncidents(platform, functions, asked);

  const lastTrouble = Math.max(profile.busyMs, profile.outage?.to ?? 0, profile.deployment?.to ?? 0);
  const calmAt = START + lastTrouble + dice.scale(10 * SECOND, 30 * MINUTE);
  await scheduler.run(calmAt, isBroken);
  faults.stop();
  world.trace('HISTORY', () => 'nothing goes wrong from here on');
  await scheduler.run(calmAt + SETTLING_MS, () => isBroken() || (clients.areDone && ending.isQuiet));
  if (!isBroken()) ending.settled();
  if (!isBroken()) {
    // What an instance remembers of a status may be a second old.
    await scheduler.run(scheduler.now + 10 * SECOND, isBroken);
    ending.replay(clients);
    await scheduler.run(scheduler.now + 20 * MINUTE, () => isBroken() || (clients.areDone && ending.isQuiet));
    if (!isBroken()) ending.replayed();
  }
  return {
    seed,
    kind: profile.kind,
    violation: world.violation,
    faults: faults.counts,
    events: scheduler.events,
    computations: [...platform.lives.all()].length,
    trace: world.lines ?? [],
  };
};
