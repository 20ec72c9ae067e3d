import type { ComputationStore } from '../../../functions/lib/engine/ports.ts';
import type { Decorators, SimulatedEngine } from '../mutation/decorators.ts';
import type { Change } from '../mutation/place.ts';
import type { Role } from '../world/invocation.ts';

/**
 * A deliberate mistake. Either code is changed, at places that are named by references to it, or a port does what the
 * broken code would do.
 */
export type Mutant = {
  /** What is wrong with it. */
  readonly name: string;
} & ({ readonly changes: readonly Change[] } | { readonly decorators: Decorators });

export const changed = (name: string, ...changes: Change[]): Mutant => ({ name, changes });

export const decorated = (name: string, decorators: Decorators): Mutant => ({ name, decorators });

/** An engine, in one role or in all, of which the store does some things differently. */
export const withStore = (
  name: string,
  operations: (store: ComputationStore, engine: SimulatedEngine) => Partial<ComputationStore>,
  only?: Role,
): Mutant =>
  decorated(name, {
    engine: (engine, role) =>
      only !== undefined && role !== only
        ? engine
        : { ...engine, store: { ...engine.store, ...operations(engine.store, engine) } },
  });
