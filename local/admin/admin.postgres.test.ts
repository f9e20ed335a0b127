// The command line as a process of its own, against a real database.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptInvitation } from '../../durable/postgres/change-members.ts';
import { fetchMemberships } from '../../durable/postgres/memberships.ts';
import { createTestDatabase, type TestDatabase } from '../test-database.ts';
import type { Manifest } from './export.ts';
import { runAdmin } from './run-admin.fixture.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const admin = (line: string, settings?: Record<string, string>) =>
  runAdmin(database.ownerUrl, line.split(' '), settings);
const ask = async <T>(sql: string, values: unknown[] = []): Promise<T[]> =>
  (await database.owner.query(sql, values)).rows as T[];

describe('an org from nothing', () => {
  test('is made, its first admin joins by the link, and may invite others', async () => {
    expect(await admin('create-org acme Acme --plan professional --pack plm --assistant')).toMatchObject({ code: 0 });
    const invited = await admin('invite-admin acme Jane@Acme.test --json');
    const { link, email } = JSON.parse(invited.out) as { link: string; email: string };
    expect(email).toBe('jane@acme.test');
    expect(link).toMatch(/^https:\/\/assistant\.example\.com\/invite#[\w-]{43}$/);
    const token = link.split('#')[1] ?? '';
    expect(JSON.stringify(await ask('select * from invitations'))).not.toContain(token);
    const joiner = { subject: 'idp|jane', email: 'jane@acme.test', name: 'Jane' };
    const other = { subject: 'idp|eve', email: 'eve@acme.test', name: 'Eve' };
    const take = (who: typeof joiner) => acceptInvitation(database.deps, who, { token, requestId: 'r' });
    expect(await take(other)).toMatchObject({ ok: false, code: 'INVITATION_FOR_ANOTHER' });
    expect(await take(joiner)).toMatchObject({
      ok: true,
      invitation: { role: 'admin', invitedBy: 'Whoever runs this installation' },
    });
    expect(await take(joiner)).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    const [membership] = await fetchMemberships(database.deps, 'idp|jane');
    expect(membership).toMatchObject({
      orgSlug: 'acme',
      role: 'admin',
      plan: 'professional',
      features: { aiAssistant: true },
    });
    expect(membership?.permissions).toEqual(expect.arrayContaining(['members:manage', 'programs:all']));
    expect(await admin('invite-admin acme jane@acme.test')).toMatchObject({
      code: 1,
      error: 'error: jane@acme.test is a member of acme already\n',
    });
    const events = await ask<{ event: string }>(
      `select event from audit_log a join orgs o on o.id = a.org_id where o.slug = 'acme' order by seq`,
    );
    expect(events.map(({ event }) => event)).toEqual(['org.created', 'member.invited', 'member.joined']);
  });

  test('has its plan, allowance and models changed, each by itself', async () => {
    await admin('create-org planned Planned --plan free');
    const changed = await admin('set-plan planned enterprise --allowance 500000 --extra-models claude-opus-4-7 --json');
    expect(JSON.parse(changed.out)).toMatchObject({
      before: { plan: 'free', tokenAllowance: null, extraModels: [] },
      after: { plan: 'enterprise', tokenAllowance: '500000', extraModels: ['claude-opus-4-7'] },
    });
    expect(JSON.parse((await admin('set-plan planned free --json')).out)).toMatchObject({
      after: { plan: 'free', tokenAllowance: '500000', extraModels: ['claude-opus-4-7'] },
    });
    expect(
      JSON.parse((await admin('set-plan planned free --allowance none --extra-models none --json')).out),
    ).toMatchObject({
      after: { tokenAllowance: null, extraModels: [] },
    });
    const list = JSON.parse((await admin('list-orgs --json')).out) as { slug: string }[];
    expect(list.map(({ slug }) => slug)).toContain('planned');
  });
});

describe('errors say what to do, in one line', () => {
  test.each([
    ['create-org cascade Cascade --plan free', 1, 'there is an org cascade already; choose another slug'],
    ['create-org Upper Name --plan free', 2, 'small letters'],
    ['create-org fresh Name --plan gold', 2, 'there are free, professional, enterprise'],
    ['create-org fresh Name --plan free --pack cars', 2, 'there are plm and production'],
    ['set-plan nowhere free', 1, 'list-orgs'],
    ['set-plan cascade free --extra-models gpt-99', 2, 'there is no model gpt-99'],
    ['invite-admin cascade new@cascade.test --role king', 1, 'cascade has no role king'],
    ['invite-admin cascade new@cascade.test --origin http://example.com', 2, 'https'],
    ['erase-user cascade nobody@cascade.test --yes', 1, 'knows nobody'],
    ['erase-user cascade max@northlight.test --yes', 1, 'knows nobody'],
    ['erase-org quiet', 1, 'nothing was erased'],
    ['export-org cascade', 2, '--out is needed'],
    ['rotate-keys', 1, 'MASTER_KEYS is not set'],
  ])('%s', async (line, code, words) => {
    const ran = await admin(line);
    expect(ran.error).toMatch(/^error: [^\n]*\n$/);
    expect(ran.error).toContain(words);
    expect(ran.code).toBe(code);
  });

  test('a login that row level security holds, or that is not the owner’s, is told what it lacks', async () => {
    const held = await runAdmin(database.appUrl, ['list-orgs']);
    expect(held).toMatchObject({ code: 1, error: expect.stringContaining('does not own the tables') });
    const away = await runAdmin('postgresql://x:secret@127.0.0.1:1/x', ['list-orgs']);
    expect(away).toMatchObject({ code: 1, error: expect.stringContaining('ECONNREFUSED') });
    expect(away.error).not.toContain('secret');
  });
});

describe('what an org and a person have', () => {
  test('is exported whole, with counts and sums that hold, and without what opens anything', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'groundwire-export-'));
    try {
      expect(await admin(`export-org cascade --out ${dir}/org --json`)).toMatchObject({ code: 0 });
      const manifest = JSON.parse(readFileSync(`${dir}/org/manifest.json`, 'utf8')) as Manifest;
      for (const file of manifest.files) {
        const text = readFileSync(`${dir}/org/${file.name}`);
        expect(createHash('sha256').update(text).digest('hex')).toBe(file.sha256);
        expect(text.toString().split('\n').length - 1).toBe(file.rows);
        expect(text.toString()).not.toMatch(/"(token_hash|sealed)"/);
        expect(text.toString()).not.toContain('northlight');
      }
      const [{ items } = { items: 0 }] = await ask<{ items: number }>(
        `select count(*)::int as items from plm.items i join orgs o on o.id = i.org_id where o.slug = 'cascade'`,
      );
      expect(manifest.files.find(({ name }) => name === 'plm.items.ndjson')?.rows).toBe(items);
      expect(await admin(`export-org cascade --out ${dir}/org`)).toMatchObject({
        code: 1,
        error: expect.stringContaining('not empty'),
      });

      await admin(`export-user cascade vic@cascade.test --out ${dir}/vic`);
      const members = readFileSync(`${dir}/vic/memberships.ndjson`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(members).toEqual([expect.objectContaining({ role: 'viewer' })]);
      expect(readFileSync(`${dir}/vic/users.ndjson`, 'utf8')).toContain('vic@cascade.test');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('is counted by a dry run, which changes nothing, and erased by a real one', async () => {
    const line = 'erase-user cascade vic@cascade.test --json';
    const dry = JSON.parse((await admin(`${line} --dry-run`)).out) as { counts: Record<string, unknown> };
    expect(await ask(`select from users where email = 'vic@cascade.test'`)).toHaveLength(1);
    expect(await ask('select from private.object_chores')).toEqual([]);
    const real = JSON.parse((await admin(`${line} --yes`)).out) as {
      counts: Record<string, unknown>;
      objectsLeft: number;
    };
    expect(real.counts).toEqual(dry.counts);
    expect(real.objectsLeft).toBe(1);
    expect(await ask(`select from users where email = 'vic@cascade.test'`)).toEqual([]);
    expect(JSON.parse((await admin('pending --json')).out)).toMatchObject([
      { org: 'cascade', kind: 'erase-account', chores: 1 },
    ]);
    expect(await admin('verify-audit --org cascade')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^cascade: whole, 1 rows/),
    });
  });
});

test('verify-audit names the first broken row and exits with 3', async () => {
  await admin('create-org broken Broken --plan free');
  await admin('set-plan broken professional');
  await ask('begin');
  await ask('set local session_replication_role = replica');
  await ask(
    `update audit_log a set parameters = '{}' from orgs o where o.id = a.org_id and o.slug = 'broken' and a.seq = 2`,
  );
  await ask('commit');
  const ran = await admin('verify-audit --json');
  expect(ran.code).toBe(3);
  const { orgs } = JSON.parse(ran.out) as { orgs: { org: string; broken: unknown }[] };
  expect(orgs.filter(({ broken }) => broken !== null)).toEqual([
    expect.objectContaining({
      org: 'broken',
      broken: expect.objectContaining({
        seq: '2',
        reason: 'changed',
        row: expect.objectContaining({ event: 'settings.changed' }),
      }),
    }),
  ]);
  expect((await admin('verify-audit --org broken')).out).toMatch(/^broken: BROKEN at row 2 \(settings\.changed, id /);
});

test('parked rows are listed until they are tried again', async () => {
  const [org] = await ask<{ id: string }>(`select id from orgs where slug = 'northlight'`);
  const session = crypto.randomUUID();
  expect(await admin('parked')).toMatchObject({ code: 0, out: 'nothing is parked\n' });
  await ask('begin');
  await ask(`select private.note_as_installation($1, 'parked-1', 'outbox.parked', '{}')`, [org?.id]);
  await ask('set local session_replication_role = replica');
  await ask(
    `update audit_log set session_id = $1, _meta = '{"lane": "account", "reason": "TypeError"}' where id = 'parked-1'`,
    [session],
  );
  await ask('commit');
  expect(await admin('parked')).toMatchObject({ code: 3, out: expect.stringContaining(session) });
  expect(await admin('parked --retry --org northlight')).toMatchObject({ code: 0 });
  await admin('parked --retry');
  expect(await ask('select kind, name from private.object_chores where org_id = $1', [org?.id])).toEqual([
    { kind: 'retry-parked', name: session },
  ]);
});

test('a database that lacks migrations is told apart', async () => {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(`create database ${database.name}_bare`);
  const bare = database.ownerUrl.replace(/[^/]+$/, `${database.name}_bare`);
  expect(await runAdmin(bare, ['list-orgs'])).toMatchObject({
    code: 1,
    error: expect.stringContaining('npm run migrate'),
  });
  await client.query(`drop database ${database.name}_bare`);
  await client.end();
});
