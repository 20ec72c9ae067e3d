import { defineConfig } from 'vitest/config';

/** The tests that judge the mutants of the engine and of HTTP: without a network, a database or a process. */
export default defineConfig({
  test: {
    include: ['test/mutation/*.tests.ts'],
    setupFiles: ['test/support/setup.ts', 'test/mutation/setup.ts'],
  },
});
