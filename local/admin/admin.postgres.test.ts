// Runs the command line as a separate process against a real database.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptInvitation } from '../../durable/postgres/queries/change-members.ts';
import { fetchMemberships } from '../../durable/postgres/queries/memberships.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
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

describe('create-org, invite-admin and set-plan', () => {
  test('create an org whose first admin joins by the link and can invite others', async () => {
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
      invitation: { role: 'admin', invitedBy: 'The administrator of this installation' },
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
      error: 'error: jane@acme.test is already a member of acme\n',
    });
    const events = await ask<{ event: string }>(
      `select event from audit_log a join orgs o on o.id = a.org_id where o.slug = 'acme' order by seq`,
    );
    expect(events.map(({ event }) => event)).toEqual(['org.created', 'member.invited', 'member.joined']);
  });

  test('change plan, allowance and models independently', async () => {
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
    const unlisted = await admin('set-plan planned free --extra-models gpt-99');
    expect(unlisted).toMatchObject({ code: 0, out: expect.stringContaining('gpt-99 has no listed price') });
    const list = JSON.parse((await admin('list-orgs --json')).out) as { slug: string }[];
    expect(list.map(({ slug }) => slug)).toContain('planned');
  });

  test('change the catalog of models, and keep every version in the audit log', async () => {
    await admin('create-org priced Priced --plan free');
    const folder = mkdtempSync(join(tmpdir(), 'models-'));
    const file = join(folder, 'models.json');
    const rows = (...days: string[]) =>
      days.map((from) => ({
        ...{ from, input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
        source: { url: 'https://provider.example/pricing', checked: '2026-12-01', confidence: 'high' },
      }));
    const override = (...days: string[]) => [{ id: 'gpt-6.2-sol', provider: 'openai', prices: rows(...days) }];
    const store = async (overrides: unknown, slug = 'priced') => {
      writeFileSync(file, JSON.stringify(overrides));
      return admin(`set-models ${file} ${slug}`);
    };
    const first = override('2999-01-01');
    const second = override('2999-01-01', '2999-02-01');
    expect(await store(first)).toMatchObject({ code: 0, out: 'changed the models of priced\n' });
    expect(await store(first)).toMatchObject({ code: 0, out: 'nothing to change\n' });
    expect(await store(second)).toMatchObject({ code: 0 });
    const refused = await store(override('2020-01-01'));
    expect(refused).toMatchObject({ code: 1, error: expect.stringContaining("can't start in the past") });
    expect(await store([{ id: 'x' }])).toMatchObject({ code: 1, error: expect.stringContaining('0.provider') });
    expect(await store(second, 'nowhere')).toMatchObject({ code: 1, error: expect.stringContaining('list-orgs') });
    const changes = await ask<{ parameters: unknown }>(
      `select parameters from audit_log a join orgs o on o.id = a.org_id
       where o.slug = 'priced' and event = 'settings.changed' order by seq`,
    );
    expect(changes.map(({ parameters }) => parameters)).toEqual([
      { area: 'models', before: [], after: first },
      { area: 'models', before: first, after: second },
    ]);
    expect(await admin('set-models none')).toMatchObject({ code: 0, out: 'changed the models of priced\n' });
    rmSync(folder, { recursive: true });
  });
});

describe('add-issuer, set-issuer, list-issuers and remove-issuer', () => {
  const ISSUER = 'https://desk.example.com';
  const list = async () =>
    (JSON.parse((await admin('list-issuers --json')).out) as { issuer: string }[]).find(
      ({ issuer }) => issuer === ISSUER,
    );

  test('manage an issuer, and tell the operator’s log and the organization’s', async () => {
    await admin('create-org desk Desk --plan free');
    const added = await admin(
      `add-issuer ${ISSUER} --jwks ${ISSUER}/keys --audience groundwire,other --type JWT --tolerance 0 --claim organization=https://desk.example.com/org ` +
        '--claim role=app.roles --role agent=member --default-role none --highest-role admin --org org_1=desk --create-orgs free --pack plm',
    );
    expect(added).toMatchObject({ code: 0, out: `added ${ISSUER}; the Worker applies it within a minute\n` });
    expect(await list()).toMatchObject({
      ...{ audiences: ['groundwire', 'other'], tokenType: 'JWT', clockToleranceSeconds: 0, maxAgeSeconds: 3600 },
      claims: { subject: 'sub', organization: 'https://desk.example.com/org', role: 'app.roles' },
      ...{ roleNames: { agent: 'member' }, defaultRole: null, highestRole: 'admin', listsOrgs: 'all', isEnabled: true },
      newOrgs: { plan: 'free', settings: { experimentalFeatures: { aiAssistant: false } } },
      orgs: [{ claimed: 'org_1', org: 'desk' }],
    });
    await admin(`set-issuer ${ISSUER} --disable --create-orgs no --highest-role member --remove-org org_1`);
    expect(await list()).toMatchObject({
      isEnabled: false,
      newOrgs: null,
      highestRole: 'member',
      orgs: [],
      tokenType: 'JWT',
    });
    await admin(`set-issuer ${ISSUER} --enable --org desk`);
    expect(await list()).toMatchObject({
      isEnabled: true,
      highestRole: 'member',
      orgs: [{ claimed: 'desk', org: 'desk' }],
    });
    expect(await admin(`remove-issuer ${ISSUER}`)).toMatchObject({ code: 0 });
    expect(await list()).toBeUndefined();
    expect((await admin('list-issuers --log')).out).toMatch(
      /cli issuer\.added https:\/\/desk[\s\S]*issuer\.changed[\s\S]*issuer\.changed[\s\S]*issuer\.removed https:\/\/desk/,
    );
    const noted = await ask<{ change: string }>(
      `select parameters ->> 'change' as change from audit_log a join orgs o on o.id = a.org_id
       where o.slug = 'desk' and event = 'settings.changed' order by seq`,
    );
    expect(noted.map(({ change }) => change)).toEqual(['add', 'set', 'set', 'remove']);
  });
});

describe('errors', () => {
  test.each([
    ['create-org cascade Cascade --plan free', 1, 'the org cascade already exists; choose another slug'],
    ['create-org Upper Name --plan free', 2, 'lowercase letters'],
    ['create-org fresh Name --plan gold', 2, 'choose free, professional, enterprise'],
    ['create-org fresh Name --plan free --pack cars', 2, 'choose plm or production'],
    ['set-plan nowhere free', 1, 'list-orgs'],
    ['invite-admin cascade new@cascade.test --role king', 1, 'cascade has no role king'],
    ['invite-admin cascade new@cascade.test --origin http://example.com', 2, 'https'],
    ['erase-user cascade missing@cascade.test --yes', 1, 'has no one named'],
    ['erase-user cascade max@northlight.test --yes', 1, 'has no one named'],
    ['erase-org quiet', 1, 'nothing was erased'],
    ['export-org cascade', 2, '--out is required'],
    ['rotate-keys', 1, 'MASTER_KEYS is not set'],
    ['add-issuer https://x.test --audience a', 2, '--jwks is required'],
    ['add-issuer https://x.test --jwks https://x.test/k', 2, '--audience is required'],
    ['add-issuer https://x.test --jwks http://x.test/k --audience a', 2, 'https'],
    ['add-issuer https://x.test|y --jwks https://x.test/k --audience a', 2, 'issuer'],
    ['add-issuer https://x.test --jwks https://x.test/k --audience a --claim age=x', 2, 'claims'],
    ['add-issuer https://x.test --jwks https://x.test/k --audience a --role king', 2, 'joined by ='],
    ['add-issuer https://x.test --jwks https://x.test/k --audience a --tolerance 61', 2, 'from 1 to 60'],
    [
      'add-issuer https://x.test --jwks https://x.test/k --audience a --org nowhere',
      1,
      'There is no organization nowhere',
    ],
    ['set-issuer https://nowhere.test --disable', 1, 'list-issuers'],
  ])('%s exits with %i and one line that says what to do', async (line, code, words) => {
    const ran = await admin(line);
    expect(ran.error).toMatch(/^error: [^\n]*\n$/);
    expect(ran.error).toContain(words);
    expect(ran.code).toBe(code);
  });

  test('explain what a login lacks when row-level security applies to it or it isn’t the owner’s', async () => {
    const held = await runAdmin(database.appUrl, ['list-orgs']);
    expect(held).toMatchObject({ code: 1, error: expect.stringContaining('doesn’t own the tables') });
    const away = await runAdmin('postgresql://x:secret@127.0.0.1:1/x', ['list-orgs']);
    expect(away).toMatchObject({ code: 1, error: expect.stringContaining('ECONNREFUSED') });
    expect(away.error).not.toContain('secret');
  });
});

describe('export and erase', () => {
  test('export all rows with correct counts and checksums, without keys and invitation tokens', async () => {
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

  test('count rows in a dry run without changing anything, and erase them in a real run', async () => {
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
      out: expect.stringMatching(/^cascade: intact, 1 rows/),
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
        seq: 2,
        reason: 'changed',
        row: expect.objectContaining({ event: 'settings.changed' }),
      }),
    }),
  ]);
  expect((await admin('verify-audit --org broken')).out).toMatch(/^broken: BROKEN at row 2 \(settings\.changed, id /);
});

test('parked lists rows until they are retried', async () => {
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

test('reports a database that lacks migrations', async () => {
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
