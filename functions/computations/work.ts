import type { Json } from '../lib/engine/computation.ts';
import { type Kernel, KernelRefusal } from '../lib/engine/kernel.ts';
import { MAX_PARTS } from '../lib/engine/limits.ts';
import type { NewWork } from '../lib/engine/submit.ts';
import { canonicalJson } from '../lib/http/canonical.ts';
import { invalid, type Problem } from '../lib/http/problem.ts';
import { computations } from '../limits.ts';
import { identityOf } from './identity.ts';

const { maxInputBytes } = computations;

const refusedInput = (detail: string): Problem => invalid([{ pointer: '#/input', detail }]);

/** Parts, or the steps of a sequential computation as far as they are known: the size of the work, bounded. */
const sizeOf = (kernel: Kernel, input: unknown): number => {
  const size = () =>
    kernel.kind === 'parallel' ? kernel.parts(input) : kernel.progress(kernel.start(input), input).total;
  let total: number;
  try {
    total = size();
  } catch (error) {
    if (error instanceof KernelRefusal) throw refusedInput(error.message);
    throw error;
  }
  if (kernel.kind === 'parallel' && total > MAX_PARTS) {
    throw refusedInput(`would be ${total} parts; a computation has at most ${MAX_PARTS}`);
  }
  return total;
};

/**
 * What a valid submission asks of the engine.
 *
 * @throws Problem 422 for an input that is too large, or that its kernel refuses
 */
export const workOf = (submission: {
  readonly tenant: string;
  readonly kernel: Kernel;
  /** Checked by the kernel's own schema, with its defaults. */
  readonly input: unknown;
  readonly key: string | undefined;
  readonly fresh: boolean;
}): NewWork => {
  const { tenant, kernel, input, key, fresh } = submission;
  const canonical = canonicalJson(input);
  if (Buffer.byteLength(canonical) > maxInputBytes) {
    throw refusedInput(`must have at most ${maxInputBytes} bytes of JSON`);
  }
  return {
    tenant,
    type: kernel.name,
    version: kernel.version,
    input: JSON.parse(canonical) as Json,
    kind: kernel.kind,
    total: sizeOf(kernel, input),
    identity: identityOf({ tenant, kernel, input: canonical, key, fresh }),
  };
};
