import * as fc from 'fast-check';
import { vi } from 'vitest';

// That a property fails is enough to judge a mutant; the smallest counterexample would only cost time.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });

/** Which mutant Stryker judges now; undefined outside of its runs. */
const activeMutant = (): unknown =>
  (globalThis as { __stryker__?: { activeMutant?: unknown } }).__stryker__?.activeMutant ?? 'none';

// Many mutants are judged in one process: what was made under one must not be there for the next.
vi.mock('../../functions/lib/lazy.ts', async (original) => ({
  ...(await original<object>()),
  lazy: <T>(make: () => T) => {
    let made: { readonly under: unknown; readonly value: T } | undefined;
    return () => {
      const under = activeMutant();
      if (made === undefined || made.under !== under) made = { under, value: make() };
      return made.value;
    };
  },
}));
