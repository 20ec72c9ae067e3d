import type { Computation } from '../../../functions/lib/engine/computation.ts';

/** A computation's state in a few words. */
export const shown = (computation: Computation | undefined): string => {
  if (computation === undefined) return 'nothing';
  const { status, epoch, attempt } = computation;
  const error = computation.status === 'failed' ? `, ${computation.error.type}` : '';
  return `${status} (${epoch.slice(0, 4)}·${attempt}${error})`;
};
