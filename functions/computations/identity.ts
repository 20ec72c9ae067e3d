import type { Kernel } from '../lib/engine/kernel.ts';
import type { Identity } from '../lib/engine/submit.ts';
import { digest } from '../lib/http/digest.ts';

/** 132 bits of a digest: an id that nobody meets by chance. */
const idFrom = (...parts: string[]): string => digest(...parts).slice(0, 22);

/**
 * Where the id of a submission comes from. A key takes precedence; pure work is identified by what it is, so
 * that it is computed once; whoever asks for a fresh run, or for work that is not pure, gets a new id.
 */
export const identityOf = (work: {
  readonly tenant: string;
  readonly kernel: Kernel;
  /** The input as canonical JSON. */
  readonly input: string;
  readonly key: string | undefined;
  readonly fresh: boolean;
}): Identity => {
  const { tenant, kernel, input, key, fresh } = work;
  if (key !== undefined) {
    return {
      by: 'key',
      digests: { key: digest('key', tenant, key), payload: digest('payload', kernel.name, input) },
      candidate: (n) => idFrom('computation by key', tenant, key, String(n)),
    };
  }
  if (fresh || !kernel.pure) return { by: 'fresh' };
  const version = String(kernel.version);
  return { by: 'content', id: idFrom('computation by content', tenant, kernel.name, version, input) };
};
