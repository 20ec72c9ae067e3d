import { PlatformError } from '../platform-error.ts';
import type { Plugin } from '../plugin.ts';
import { type Faults, startFaultyService } from './faulty-service.ts';
import { type ChaosInput, type ChaosSettings, chaosSettings } from './settings.ts';

/** Draws numbers from 0 up to 1: mulberry32, whose sequence is a function of the seed. */
const drawer = (seed: number) => {
  let state = seed | 0;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Faults that are counted. Each place draws from a sequence of its own, however busy the others are. */
const countedFaults =
  (seed: number, counts: Map<string, number>) =>
  (place: string): Faults => {
    let salt = seed;
    for (const letter of place) salt = Math.imul(salt, 31) + letter.charCodeAt(0);
    const draw = drawer(salt);
    return {
      strikes: (kind, probability) => {
        const struck = draw() < probability;
        const name = `${place} ${kind}`;
        if (struck) counts.set(name, (counts.get(name) ?? 0) + 1);
        return struck;
      },
      upTo: (limit) => Math.round(draw() * limit),
    };
  };

export interface Chaos extends Plugin {
  /** How many faults there have been, by kind, such as `dynamodb throttled`. */
  readonly faults: ReadonlyMap<string, number>;
}

/** Makes things go wrong between the functions and AWS, and shows on the platform's page how often they did. */
export const chaos = (input: ChaosInput | ChaosSettings): Chaos => {
  const settings = chaosSettings(input);
  const counts = new Map<string, number>();
  const faultsOf = countedFaults(settings.seed, counts);
  const services = new Map([
    ['dynamodb', { ...settings.dynamodb, duplicated: 0, delayed: 0, delaySeconds: 0 }],
    ['sqs', settings.sqs],
  ]);
  const kills = new Map(
    Object.entries(settings.functions).map(([label, kill]) => [label, { ...kill, faults: faultsOf(label) }]),
  );
  return {
    faults: counts,
    interceptService: (name, endpoint) => {
      const rates = services.get(name);
      return rates && startFaultyService(endpoint, rates, faultsOf(name));
    },
    killAfter: ({ label }) => {
      const kill = kills.get(label);
      return kill?.faults.strikes('killed', kill.killed)
        ? kill.faults.upTo(kill.killMilliseconds)
        : undefined;
    },
    onStart: ({ functions }) => {
      for (const label of kills.keys()) {
        if (!functions.some((each) => each.label === label))
          throw new PlatformError(`Chaos kills instances of ${label}, but the stack has no such function.`);
      }
    },
    panel: {
      name: 'faults',
      script: new URL('./panel.js', import.meta.url),
      dataOf: () => () => Object.fromEntries(counts),
    },
  };
};
