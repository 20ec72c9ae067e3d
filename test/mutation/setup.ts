import * as fc from 'fast-check';
import { vi } from 'vitest';

// That a property fails is enough to judge a mutant; the smallest counterexample would only cost time.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });

// Many mutants are judged in one process: what was made under one must not be there for the next.
vi.mock('../../functions/lib/lazy.ts', async (original) => ({
  ...(await original<object>()),
  lazy: <T>(make: () => T) => make,
}));
