// One PostgreSQL per test run, with migrations, demo data and the Neon endpoint. Tests that change data use a separate
// database (test-database.ts), copied from `groundwire_template`, which nothing connects to.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startDatabase } from '../postgres/database.ts';

export type TestPostgres = {
  readonly port: number;
  /** The superuser's address of the `postgres` database, from which databases are copied. */
  readonly adminUrl: string;
  readonly appPassword: string;
  readonly fetchEndpoint: string;
  /** `<kid>:<base64>`, known to the template and its copies. */
  readonly claimKey: string;
};

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestPostgres;
  }
}

export const TEMPLATE = 'groundwire_template';

type Running = { readonly postgres: TestPostgres; stop(): Promise<void> };

/** Vitest loads this module once per project, so the promise is kept on the process. */
const shared = globalThis as { groundwirePostgres?: { users: number; running: Promise<Running> } };

// biome-ignore lint/style/noDefaultExport: vitest calls a global set-up by its default export.
export default async function setUpPostgres(project: TestProject): Promise<() => Promise<void>> {
  shared.groundwirePostgres ??= { users: 0, running: start() };
  const use = shared.groundwirePostgres;
  use.users += 1;
  const { postgres, stop } = await use.running;
  project.provide('postgres', postgres);
  return async function tearDownPostgres() {
    use.users -= 1;
    if (use.users > 0) return;
    delete shared.groundwirePostgres;
    await stop();
  };
}

async function start(): Promise<Running> {
  const dir = mkdtempSync(join(tmpdir(), 'groundwire-postgres-'));
  // When run as root, the server belongs to another user; its data folder is closed to all others anyway.
  chmodSync(dir, 0o755);
  const secret = () => randomBytes(32).toString('base64');
  const keys = { ownerPassword: secret(), appPassword: secret(), claimKey: `test:${secret()}` };
  const removeDir = () => rmSync(dir, { recursive: true, force: true });
  const database = await startDatabase({ dir, ...keys, durable: false, database: TEMPLATE }).catch((error: unknown) => {
    removeDir();
    throw error;
  });
  return {
    postgres: {
      port: database.postgres.port,
      adminUrl: database.postgres.ownerUrl('postgres'),
      appPassword: keys.appPassword,
      fetchEndpoint: database.fetchEndpoint,
      claimKey: keys.claimKey,
    },
    stop: async function stopTestPostgres() {
      await database.stop();
      removeDir();
    },
  };
}
