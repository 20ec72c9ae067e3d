import { defineConfig } from 'vitest/config';

/** A project of its own for each kind of test, by what it needs: nothing, the CDK, an emulator, or all of it. */
const project = (name: string, include: string[], more: object = {}) => ({
  extends: true as const,
  test: { name, include, ...more },
});

export default defineConfig({
  test: {
    setupFiles: ['test/support/setup.ts'],
    // For what hangs; a machine that is busy with other things may take minutes for what usually takes seconds.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'functions/**/*.test.ts'], {
        setupFiles: ['test/support/setup.ts', 'test/unit/setup.ts'],
        testTimeout: 5_000,
        hookTimeout: 5_000,
      }),
      project('simulation', ['test/simulation/**/*.test.ts']),
      project('infra', ['test/infra/**/*.test.ts']),
      project('platform', ['test/platform/**/*.test.ts']),
      // Of the examples that a team deletes, with the folder.
      project('examples', ['test/examples/**/*.test.ts']),
      project('integration', ['test/integration/**/*.test.ts', 'test/bench/**/*.test.ts']),
    ],
  },
});
