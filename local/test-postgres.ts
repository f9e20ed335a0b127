// One PostgreSQL for a whole test run, with migrations, demo data and the Neon endpoint. Tests that change data take a
// database of their own (test-database.ts), copied from `groundwire_template`, which nothing ever connects to.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startDatabase } from './database.ts';

export type TestPostgres = {
  readonly port: number;
  /** Superuser's address of the `postgres` database: the place to copy databases from. */
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

// biome-ignore lint/style/noDefaultExport: vitest calls a global set-up by its default export.
export default async function setUpPostgres(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(join(tmpdir(), 'groundwire-postgres-'));
  // Run as root, the server is another user's; its data folder is closed to all others anyway.
  chmodSync(dir, 0o755);
  const secret = () => randomBytes(32).toString('base64');
  const keys = { ownerPassword: secret(), appPassword: secret(), claimKey: `test:${secret()}` };
  const removeDir = () => rmSync(dir, { recursive: true, force: true });
  const database = await startDatabase({ dir, ...keys, durable: false, database: TEMPLATE }).catch((error: unknown) => {
    removeDir();
    throw error;
  });
  project.provide('postgres', {
    port: database.postgres.port,
    adminUrl: database.postgres.ownerUrl('postgres'),
    appPassword: keys.appPassword,
    fetchEndpoint: database.fetchEndpoint,
    claimKey: keys.claimKey,
  });
  return async () => {
    await database.stop();
    removeDir();
  };
}
