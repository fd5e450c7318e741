import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Tests run the packages' sources: no stale build can pass for the code.
const conditions = ['parley-source', 'node', 'import', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
// What takes a minute and more, mostly waiting: begun last, it would be waited for alone.
const longest = /(leaks|relayed-media|scaling|failures|drains|page-states|real-media|recorder)\.test\.ts$/;
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [true, false].flatMap((long) => sorted.filter(({ moduleId }) => longest.test(moduleId) === long));
  }
}
const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
          // Each file opens and closes what it needs; loading the libraries anew for each took a third of all processor time.
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
