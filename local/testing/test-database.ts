// A database for one test file: a copy of the migrated and seeded template, dropped at the end.
// Call from inside a test file of a vitest project whose global set-up is test-postgres.ts.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { PostgresDeps } from '../../durable/postgres/with-tenant.ts';
import { appUrl } from '../postgres/database.ts';
import { TEMPLATE } from './test-postgres.ts';

export type TestDatabase = {
  readonly name: string;
  /** Connected as superuser, without row-level security: for set-up and for checks behind the policies. */
  readonly owner: pg.Client;
  readonly ownerUrl: string;
  /** Logs in as groundwire_app. */
  readonly appUrl: string;
  /** For `withTenant`: uses the real login role through the Neon endpoint. */
  readonly deps: PostgresDeps;
  drop(): Promise<void>;
};

export async function createTestDatabase(): Promise<TestDatabase> {
  const { fetchEndpoint, claimKey } = inject('postgres');
  const { name, ownerUrl, appUrl: databaseUrl } = await copyTemplate();
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  return {
    name,
    owner,
    ownerUrl,
    appUrl: databaseUrl,
    deps: { databaseUrl, claimKey, fetchEndpoint },
    drop: async function dropTestDatabase() {
      await owner.end();
      await dropDatabase(name);
    },
  };
}

export async function copyTemplate(): Promise<Pick<TestDatabase, 'name' | 'ownerUrl' | 'appUrl'>> {
  const { adminUrl, appPassword, port } = inject('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runAsAdmin(`create database ${name} template ${TEMPLATE}`);
  return { name, ownerUrl: adminUrl.replace(/\/postgres$/, `/${name}`), appUrl: appUrl(port, appPassword, name) };
}

/** Works while connections are open, because pools keep some. */
export const dropDatabase = (name: string): Promise<void> => runAsAdmin(`drop database ${name} with (force)`);

async function runAsAdmin(statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: inject('postgres').adminUrl });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}
