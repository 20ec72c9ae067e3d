import type { Computation, ComputationKey } from '../../functions/lib/engine/computation.ts';
import type { ConditionalResult } from '../../functions/lib/engine/ports.ts';
import type { FailedComputation } from './failed-computations.ts';

export interface Redrive {
  readonly failed: AsyncIterable<FailedComputation>;
  retry(key: ComputationKey): Promise<ConditionalResult<Computation>>;
  print(line: string): void;
  /** List, and retry nothing. */
  readonly dryRun: boolean;
}

/** Lists failed computations with their causes and retries them; returns how many there were. */
export const redrive = async ({ failed, retry, print, dryRun }: Redrive): Promise<number> => {
  let count = 0;
  for await (const computation of failed) {
    count += 1;
    const { id, tenant, type, attempt, finishedAt, error } = computation;
    const line = `${new Date(finishedAt).toISOString()}  ${id}  ${type}  tenant ${tenant}  attempt ${attempt}  ${error.title}: ${error.detail}`;
    if (dryRun) {
      print(line);
      continue;
    }
    const retried = await retry(computation);
    // Refused when somebody else has retried or deleted it meanwhile.
    print(`${line}  → ${'applied' in retried ? 'retried' : (retried.refused?.status ?? 'gone')}`);
  }
  return count;
};
