// Design workspaces of before keep their links: their ids become those of places, and the old ones still lead there.
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { migrate } from './migrate.ts';

const OLD = '6f0c1d7a-21c4-4f0e-9a3b-5d2e8c7b1a90';
const NEW = '6f0c1d7a-21c4-8f0e-9a3b-5d2e8c7b1a90';

const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.sql'))
  .sort();
const place = files.findIndex((name) => name.endsWith('_create_plm_shared_places.sql'));

test('an old id becomes a place’s, a link to it still finds it, and no other id is taken from then on', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'groundwire-places-'));
  const database = `places_${randomUUID().replaceAll('-', '')}`;
  const ownerUrl = inject('postgres').adminUrl.replace(/\/postgres$/, `/${database}`);
  const admin = new pg.Client({ connectionString: inject('postgres').adminUrl });
  await admin.connect();
  await admin.query(`create database ${database}`);
  const copy = (names: readonly string[]) => {
    for (const name of names) copyFileSync(join(import.meta.dirname, name), join(directory, name));
  };
  copy(files.slice(0, place));
  await migrate({ ownerUrl, directory });
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const [org, user, program] = [randomUUID(), randomUUID(), randomUUID()];
    await client.query(`insert into orgs (id, slug, name, plan) values ($1, 'one', 'One', 'free')`, [org]);
    await client.query(`insert into users (id, subject, email, name) values ($1, 's', 'a@one.test', 'A')`, [user]);
    await client.query(`insert into plm.programs (org_id, id, code, name) values ($1, $2, 'ONE', 'One')`, [
      org,
      program,
    ]);
    const open = (id: string) =>
      client.query(
        `insert into plm.design_sessions (org_id, id, program_id, description, created_by) values ($1, $2, $3, 'A brief', $4)`,
        [org, id, program, user],
      );
    await open(OLD);
    copy(files.slice(place));
    await migrate({ ownerUrl, directory });
    const { rows } = await client.query('select id, private.place_id_of($1) as reached from plm.design_sessions', [
      OLD,
    ]);
    expect(rows).toEqual([{ id: NEW, reached: NEW }]);
    const security = `select relrowsecurity and relforcerowsecurity as holds from pg_class where oid = 'plm.design_sessions'::regclass`;
    expect((await client.query(security)).rows).toEqual([{ holds: true }]);
    await expect(open(randomUUID())).rejects.toThrow('design_sessions_id_of_place');
    const { rows: minted } = await client.query(
      'select private.new_place_id()::text as id from generate_series(1, 100)',
    );
    expect(new Set(minted.map(({ id }) => id)).size).toBe(100);
    for (const { id } of minted)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  } finally {
    await client.end();
    await admin.query(`drop database ${database} with (force)`);
    await admin.end();
    rmSync(directory, { recursive: true });
  }
});
