import { defineConfig } from 'vitest/config';

// Apart from the other tests, because it needs a browser.
export default defineConfig({
  test: {
    include: ['test/page/*.check.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
