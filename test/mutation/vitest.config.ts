import { defineConfig } from 'vitest/config';

/** The tests that judge the mutants of the engine and of HTTP: without a network, a database or a process. */
export default defineConfig({
  test: {
    include: ['test/mutation/*.tests.ts'],
    // Stryker has timeouts of its own; a busy machine must not fail its first run.
    testTimeout: 60_000,
    setupFiles: ['test/support/setup.ts', 'test/mutation/setup.ts'],
  },
});
