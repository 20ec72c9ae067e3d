import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'functions/**/*.test.ts'],
    setupFiles: ['test/support/setup.ts'],
    // For what hangs; a machine that is busy with other things may take minutes for what usually takes seconds.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
  },
});
