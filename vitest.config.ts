import { defineConfig } from 'vitest/config';

// Tests run the packages' sources: no stale build can pass for the code.
const conditions = ['parley-source', 'node', 'import', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          isolate: false,
          include: ['*/src/**/*.test.ts', 'web/*/src/**/*.test.{ts,tsx}'],
          exclude,
          // None waits for time to pass; long random runs take a while on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: [
            'charts/test/**/*.test.ts',
            '*/test/integration/**/*.test.ts',
            'web/*/test/integration/**/*.test.ts',
            'test/integration/**/*.test.ts',
          ],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          isolate: false,
          maxWorkers: 3,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude,
          testTimeout: 420_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
