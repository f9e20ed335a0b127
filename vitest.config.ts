// The test projects. `unit` is pure and quick, `postgres` asks a real database, `workerd` runs inside the
// Workers runtime against real Durable Objects, `e2e` drives the whole local stack with real clients.
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { readWorkerOptions } from './local/worker-options.ts';

const E2E_TESTS = 'local/e2e/**/*.test.ts';
const POSTGRES_TESTS = [
  'migrations/**/*.test.ts',
  'durable/postgres/**/*.test.ts',
  'durable/**/*.postgres.test.ts',
  'local/postgres.test.ts',
  'local/admin/**/*.postgres.test.ts',
];
const SETUP_FILES = ['./local/test-console.ts'];
const WORKERD_TESTS = '**/*.workerd.test.ts';

export default defineConfig({
  test: {
    // Machines with few cores share them between Postgres, workerd, chromium and the tests.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: SETUP_FILES,
          environment: 'node',
          include: ['{durable,worker,local,web}/**/*.test.{ts,tsx}'],
          exclude: [WORKERD_TESTS, E2E_TESTS, ...POSTGRES_TESTS],
        },
      },
      {
        test: {
          name: 'postgres',
          setupFiles: SETUP_FILES,
          environment: 'node',
          include: POSTGRES_TESTS,
          exclude: [WORKERD_TESTS],
          globalSetup: ['./local/test-postgres.ts'],
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            main: './worker/index.ts',
            miniflare: { ...readWorkerOptions(inject('workerBindings')), cf: false },
          })),
        ],
        test: {
          name: 'workerd',
          setupFiles: SETUP_FILES,
          globalSetup: ['./local/test-worker.ts'],
          include: [WORKERD_TESTS],
        },
      },
      {
        test: {
          name: 'e2e',
          setupFiles: SETUP_FILES,
          environment: 'node',
          include: [E2E_TESTS],
          testTimeout: 90_000,
          hookTimeout: 180_000,
          // Browsers, workerd and Postgres on two cores: one more try, and the end of the run names who needed it.
          retry: 1,
          // Each file starts a whole stack; two at once would fight for the cores and blur the timings.
          fileParallelism: false,
        },
      },
    ],
  },
});
