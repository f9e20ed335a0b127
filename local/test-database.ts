// A database for one test file: a copy of the migrated and seeded template, dropped at the end.
// Call from inside a test file of a vitest project whose global set-up is test-postgres.ts.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { PostgresDeps } from '../durable/postgres/with-tenant.ts';
import { appUrl } from './database.ts';
import { TEMPLATE } from './test-postgres.ts';

export type TestDatabase = {
  readonly name: string;
  /** Connected as superuser, whom row level security does not hold: for set-up and for looking behind the policies. */
  readonly owner: pg.Client;
  readonly ownerUrl: string;
  /** Logs in as groundwire_app. */
  readonly appUrl: string;
  /** For `withTenant`: the real login role through the Neon endpoint. */
  readonly deps: PostgresDeps;
  drop(): Promise<void>;
};

export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, appPassword, port, fetchEndpoint, claimKey } = inject('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runAsAdmin(adminUrl, `create database ${name} template ${TEMPLATE}`);
  const ownerUrl = adminUrl.replace(/\/postgres$/, `/${name}`);
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  const databaseUrl = appUrl(port, appPassword, name);
  return {
    name,
    owner,
    ownerUrl,
    appUrl: databaseUrl,
    deps: { databaseUrl, claimKey, fetchEndpoint },
    drop: async function dropTestDatabase() {
      await owner.end();
      // The endpoint's pool still holds connections to it.
      await runAsAdmin(adminUrl, `drop database ${name} with (force)`);
    },
  };
}

async function runAsAdmin(adminUrl: string, statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}
