// The test projects. `unit` is pure and quick, `postgres` asks a real database, `workerd` runs inside the
// Workers runtime against real Durable Objects, `e2e` drives the whole local stack with real clients.
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { readWorkerOptions } from './local/stack/worker/worker-options.ts';

const E2E_TESTS = ['local/e2e/**/*.test.ts', 'examples/**/*.e2e.test.ts'];
const POSTGRES_TESTS = [
  'migrations/**/*.test.ts',
  'durable/postgres/**/*.test.ts',
  'durable/**/*.postgres.test.ts',
  'local/postgres/{,database.}postgres.test.ts',
  'local/{admin,demo-model}/**/*.postgres.test.ts',
  'examples/**/*.postgres.test.ts',
];
const SETUP_FILES = ['./local/testing/test-console.ts'];
const WORKERD_TESTS = '**/*.workerd.test.ts';

export default defineConfig({
  test: {
    // Against tests that hang. A busy machine must not fail one that works.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    restoreMocks: true,
    // What is polled for comes when it comes; only a test that fails waits this long.
    expect: { poll: { timeout: 60_000 } },
    // Vitest would leave one core idle, which is half of a small machine.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: SETUP_FILES,
          environment: 'node',
          // One process runs many files and loads each module once.
          isolate: false,
          include: ['{durable,worker,local,web,examples}/**/*.test.{ts,tsx}'],
          exclude: [WORKERD_TESTS, ...E2E_TESTS, ...POSTGRES_TESTS],
        },
      },
      {
        test: {
          name: 'postgres',
          setupFiles: SETUP_FILES,
          environment: 'node',
          include: POSTGRES_TESTS,
          exclude: [WORKERD_TESTS],
          globalSetup: ['./local/testing/test-postgres.ts'],
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            main: './worker/index.ts',
            miniflare: { ...readWorkerOptions(inject('workerBindings'), { addressLimit: 60_000 }), cf: false },
          })),
        ],
        test: {
          name: 'workerd',
          setupFiles: SETUP_FILES,
          globalSetup: ['./local/testing/test-worker.ts'],
          include: [WORKERD_TESTS],
        },
      },
      {
        test: {
          name: 'e2e',
          setupFiles: [...SETUP_FILES, './local/testing/failed-pages.ts'],
          environment: 'node',
          // One process runs many files: clients, browser and build tools are loaded once, not once a file.
          isolate: false,
          include: E2E_TESTS,
          testTimeout: 300_000,
          globalSetup: ['./local/testing/test-end-to-end.ts'],
        },
      },
    ],
  },
});
