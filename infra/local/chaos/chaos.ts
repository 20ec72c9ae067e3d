import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { type Faults, type FaultyService, startFaultyService } from './faulty-service.ts';
import type { Functions } from '../functions.ts';
import { PlatformError } from '../platform-error.ts';

const rate = z._default(z.number().check(z.gte(0), z.lte(1)), 0);

/** How often each fault meets a request, from 0 (never) to 1 (always). */
const service = {
  /** Refused as too much, and not carried out. */
  throttled: rate,
  /** Answered 500, and not carried out. */
  failed: rate,
  /** The connection breaks before the request arrives. */
  lost: rate,
  /** Carried out; the connection breaks before the answer. */
  unanswered: rate,
  /** Answered late, by up to `slowMilliseconds`. */
  slow: rate,
  slowMilliseconds: z._default(z.int().check(z.gte(0)), 200),
};

const Settings = z.strictObject({
  /** The same seed draws the same faults in the same order; which request meets which is up to the clock. */
  seed: z._default(z.int(), 1),
  dynamodb: z.prefault(z.strictObject(service), {}),
  sqs: z.prefault(
    z.strictObject({
      ...service,
      /** Of the messages that are sent: sent twice. */
      duplicated: rate,
      /** Of the messages that are sent: hidden for up to `delaySeconds` first. */
      delayed: rate,
      delaySeconds: z._default(z.int().check(z.gte(0), z.lte(900)), 2),
    }),
    {},
  ),
  /** By the function's label, such as `worker`. */
  functions: z._default(
    z.record(
      z.string(),
      z.strictObject({
        /** Of the invocations: the process is killed, within `killMilliseconds` of their start. */
        killed: rate,
        killMilliseconds: z._default(z.int().check(z.gte(0)), 100),
      }),
    ),
    {},
  ),
});

/** What goes wrong, and how often. */
export type ChaosSettings = z.output<typeof Settings>;

/** Settings from what a file says, with everything that it does not say at 0. */
export const chaosSettings = (input: z.input<typeof Settings>): ChaosSettings => Settings.parse(input);

/** Reads the file of `--chaos`. Throws a {@link PlatformError} with one sentence for what is wrong with it. */
export const readChaosFile = async (file: string): Promise<ChaosSettings> => {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new PlatformError(`--chaos ${file}: ${error instanceof Error ? error.message : error}.`);
  }
  const parsed = Settings.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const problem =
    issue?.code === 'unrecognized_keys' ? `there is no ${issue.keys.join(', ')}` : issue?.message;
  const place = (issue?.path ?? []).map((name) => `${String(name)}: `).join('');
  throw new PlatformError(`--chaos ${file}: ${place}${problem}.`);
};

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

/** Makes things go wrong between the functions and AWS. */
export interface Chaos {
  /** Stands in front of a service. */
  before(name: 'dynamodb' | 'sqs', endpoint: string): Promise<FaultyService>;
  /** Kills instances of these functions. */
  among(functions: Functions): void;
  /** How many faults there have been, by kind, such as `dynamodb throttled`. */
  readonly faults: ReadonlyMap<string, number>;
}

export const createChaos = (settings: ChaosSettings): Chaos => {
  const counts = new Map<string, number>();
  const count = (kind: string) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  /** Each place draws from a sequence of its own, so that it does not depend on how busy the others are. */
  const faultsOf = (place: string): Faults => {
    let salt = settings.seed;
    for (const letter of place) salt = Math.imul(salt, 31) + letter.charCodeAt(0);
    const draw = drawer(salt);
    return {
      strikes: (kind, probability) => {
        const struck = draw() < probability;
        if (struck) count(`${place} ${kind}`);
        return struck;
      },
      upTo: (most) => Math.round(draw() * most),
    };
  };
  return {
    before: (name, endpoint) =>
      startFaultyService(
        endpoint,
        { duplicated: 0, delayed: 0, delaySeconds: 0, ...settings[name] },
        faultsOf(name),
      ),
    among: (functions) => {
      for (const [label, { killed, killMilliseconds }] of Object.entries(settings.functions)) {
        const faults = faultsOf(label);
        functions.get(label).crashAfter = () =>
          faults.strikes('killed', killed) ? faults.upTo(killMilliseconds) : undefined;
      }
    },
    faults: counts,
  };
};
