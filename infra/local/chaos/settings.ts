import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
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

/** Settings as a file has them: what it does not mention does not happen. */
export type ChaosInput = z.input<typeof Settings>;

/** Settings with everything that they do not mention at 0. */
export const chaosSettings = (input: ChaosInput): ChaosSettings => Settings.parse(input);

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
