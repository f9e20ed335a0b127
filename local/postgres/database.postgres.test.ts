import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StackError } from '../stack/stack-error.ts';
import { startDatabase } from './database.ts';
import { ensureDatabase, startPostgres } from './postgres.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'groundwire-database-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const KEYS = { ownerPassword: 'owner', appPassword: 'app', claimKey: `k:${Buffer.alloc(32).toString('base64')}` };

/** The rows that `sql` selects from the local database. */
async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const postgres = await startPostgres({ dir, password: KEYS.ownerPassword, durable: false });
  try {
    await ensureDatabase(postgres, 'groundwire');
    const client = new pg.Client({ connectionString: postgres.ownerUrl('groundwire') });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  } finally {
    await postgres.stop();
  }
}

describe('startDatabase', () => {
  it('suggests --reset and changes nothing when the data has the schema of an earlier release', async () => {
    await ask(`create schema migrations;
      create table migrations.applied (number integer primary key, name text not null, checksum text not null);
      insert into migrations.applied values (1, '0001_create_roles.sql', 'x')`);
    await expect(startDatabase({ dir, ...KEYS, durable: false })).rejects.toThrow(
      new StackError(
        'the local data has the schema of an earlier release; run `npm run dev -- --reset` to start with empty data',
      ),
    );
    const left = await ask(
      `select to_regclass('migrations.functions')::text as functions, to_regclass('orgs')::text as orgs`,
    );
    expect(left).toEqual([{ functions: null, orgs: null }]);
  });
});
