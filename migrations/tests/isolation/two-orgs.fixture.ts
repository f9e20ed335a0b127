// The data of the isolation tests: two organizations, one row in every table of the second, and users in every relation to
// it. `rows` creates one victim row per table; a table that is not listed fails the tests.
import { createHash, createHmac, randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { TestDatabase } from '../../../local/testing/test-database.ts';
import { createPlmRows } from './two-orgs-plm.fixture.ts';
import { createProductionRows, PRODUCTION_READ } from './two-orgs-production.fixture.ts';

export type Row = Readonly<Record<string, unknown>>;

export type TwoOrgs = Awaited<ReturnType<typeof createTwoOrgs>>;

const PLM_WRITE = ['parts:create', 'parts:update', 'tasks:update', 'change_orders:create', 'change_orders:update'];
/** Of the role `admin` in both orgs. */
export const ALL = [
  ...['settings:update', 'ai_settings:create', 'ai_settings:update', 'audit:read', 'usage:read'],
  ...['members:read', 'members:manage'],
  ...PLM_WRITE,
  ...PRODUCTION_READ,
];
/** The token of an invitation to the second org, for the outsider. */
const TOKEN = 'token-of-an-open-invitation';

export async function createTwoOrgs({ owner, deps }: TestDatabase) {
  const ids = {
    ...{ orgA: randomUUID(), orgB: randomUUID(), conversation: randomUUID(), shared: randomUUID() },
    aiSettings: randomUUID(),
    ...{
      victim: randomUUID(),
      colleague: randomUUID(),
      secondAdmin: randomUUID(),
      removed: randomUUID(),
      outsider: randomUUID(),
      bystander: randomUUID(),
      overseer: randomUUID(),
      partner: randomUUID(),
      warden: randomUUID(),
    },
    invitation: randomUUID(),
  };
  for (const [org, slug] of [
    [ids.orgA, 'org-a'],
    [ids.orgB, 'org-b'],
  ]) {
    await insert(owner, 'orgs', { id: org, slug, name: slug, plan: 'free' });
    await insert(owner, 'roles', { org_id: org, name: 'admin', permissions: ALL });
    await insert(owner, 'roles', { org_id: org, name: 'member', permissions: [] });
    await insert(owner, 'roles', { org_id: org, name: 'overseer', permissions: ['programs:all'] });
    await insert(owner, 'roles', { org_id: org, name: 'keeper', permissions: [...ALL, 'programs:all'] });
    await insert(owner, 'roles', { org_id: org, name: 'warden', permissions: ['members:read', 'members:manage'] });
  }
  for (const name of [
    'victim',
    'colleague',
    'secondAdmin',
    'removed',
    'outsider',
    'bystander',
    'overseer',
    'partner',
    'warden',
  ] as const) {
    await insert(owner, 'users', { id: ids[name], subject: `sub-${name}`, email: `${name}@two.test`, name });
  }
  for (const [org, user, role] of [
    [ids.orgB, ids.victim, 'admin'],
    // The same user in the other org: only the org distinguishes the two claims.
    [ids.orgA, ids.victim, 'admin'],
    [ids.orgB, ids.colleague, 'member'],
    [ids.orgB, ids.secondAdmin, 'admin'],
    [ids.orgA, ids.outsider, 'admin'],
    // Has more rights than the admins there, so that they can't remove everyone.
    [ids.orgA, ids.overseer, 'keeper'],
    [ids.orgB, ids.bystander, 'admin'],
    [ids.orgB, ids.overseer, 'overseer'],
    [ids.orgB, ids.partner, 'admin'],
    [ids.orgB, ids.warden, 'warden'],
  ]) {
    await insert(owner, 'memberships', { org_id: org, user_id: user, role });
  }
  await insert(owner, 'tenant_settings', {
    org_id: ids.orgB,
    settings: { experimentalFeatures: { aiAssistant: true } },
    updated_by: ids.victim,
  });

  await insert(owner, 'embed_settings', { org_id: ids.orgB, origins: ['https://b.test'], updated_by: ids.victim });
  await insert(owner, 'session_rules', { org_id: ids.orgB, keep_newest: 20, updated_by: ids.victim });

  const plm = createPlmRows(ids);
  const production = createProductionRows(ids);
  const rows: Readonly<Record<string, (fresh: boolean, person?: string) => Row>> = {
    ...plm.rows,
    ...production.rows,
    orgs: (fresh) => ({ id: fresh ? randomUUID() : ids.orgB, slug: 'org-x', name: 'x', plan: 'free' }),
    users: (fresh) => ({ id: fresh ? randomUUID() : ids.colleague, email: 'x@two.test', name: 'x' }),
    roles: (fresh) => ({ org_id: ids.orgB, name: fresh ? 'new' : 'admin', permissions: ALL }),
    memberships: (fresh) => ({ org_id: ids.orgB, user_id: fresh ? ids.outsider : ids.victim, role: 'admin' }),
    invitations: (fresh, person = ids.victim) => ({
      ...{ org_id: ids.orgB, id: fresh ? randomUUID() : ids.invitation, role: 'admin', invited_by: person },
      email: fresh ? `${randomUUID()}@two.test` : 'outsider@two.test',
      token_hash: hashOf(fresh ? randomUUID() : TOKEN),
      expires_at: new Date(Date.now() + 3_600_000),
    }),
    tenant_settings: (_fresh, person = ids.victim) => ({
      org_id: ids.orgB,
      settings: {},
      updated_by: person,
      updated_at: new Date(0),
    }),
    session_rules: (_fresh, person = ids.victim) => ({
      ...{ org_id: ids.orgB, keep_newest: 30, updated_by: person, updated_at: new Date(0) },
    }),
    embed_settings: (_fresh, person = ids.victim) => ({
      ...{ org_id: ids.orgB, origins: ['https://evil.test'], updated_by: person, updated_at: new Date(0) },
    }),
    // The victim's row belongs to a program, so that rights in the program matter too.
    ai_settings: (fresh, person = ids.victim) => ({
      ...{ org_id: ids.orgB, id: fresh ? randomUUID() : ids.aiSettings },
      ...{ program_id: plm.ids.program, provider: 'anthropic', model: 'claude-sonnet-4-6' },
      ...{ updated_by: person, updated_at: new Date(0) },
    }),
    ai_keys: (fresh, person = ids.victim) => ({
      ...{ org_id: ids.orgB, setting_id: ids.aiSettings, slot: fresh ? 'fallback' : 'primary' },
      ...{ sealed: 'sealed', last_four: 'abcd', replaced_by: person },
    }),
    ai_server_limits: (fresh) => ({
      ...{ org_id: ids.orgB, setting_id: ids.aiSettings, slot: fresh ? 'fallback' : 'primary', limits: {} },
    }),
    ai_conversations: (fresh, person = ids.victim) => ({
      ...{ org_id: ids.orgB, id: fresh ? randomUUID() : ids.conversation, user_id: person },
      ...{ title: 'Torque limits', version: 7, updated_at: new Date(0) },
    }),
    ai_messages: (fresh, person = ids.victim) => ({
      ...{
        org_id: ids.orgB,
        id: fresh ? randomUUID() : 'message-1',
        user_id: person,
        conversation_id: ids.conversation,
      },
      ...{ role: 'user', ordinal: 1, content: 'What is the torque limit of the gripper?' },
    }),
    ai_feedback: (fresh, person = ids.victim) => ({
      ...{ org_id: ids.orgB, user_id: person, owner_id: person, conversation_id: ids.conversation },
      ...{ message_id: fresh ? randomUUID() : 'message-1', verdict: 'down', comment: 'Wrong gripper.' },
    }),
    effect_journal: (fresh, person = ids.victim) => ({
      ...{ org_id: ids.orgB, user_id: person, key: fresh ? randomUUID() : 'effect-1', result: { ok: true } },
    }),
    audit_log: (fresh, person = ids.victim) => ({
      ...{ org_id: ids.orgB, id: fresh ? randomUUID() : 'fact-1', event: 'message.sent', actor_user_id: person },
    }),
  };

  const claims = createClaims(ids, deps.claimKey);
  await insert(owner, 'ai_conversations', rows['ai_conversations']?.(false) ?? {});
  await insert(owner, 'ai_messages', rows['ai_messages']?.(false) ?? {});
  await insert(owner, 'ai_feedback', rows['ai_feedback']?.(false) ?? {});
  await insert(owner, 'invitations', rows['invitations']?.(false) ?? {});
  // The same text in a shared conversation: no search and no user's claim finds it.
  const shared = { audience: 'shared' };
  await insert(owner, 'ai_conversations', { ...rows['ai_conversations']?.(false), ...shared, id: ids.shared });
  await insert(owner, 'ai_messages', { ...rows['ai_messages']?.(false), ...shared, conversation_id: ids.shared });
  await insert(owner, 'effect_journal', rows['effect_journal']?.(false) ?? {});
  for (const [table, row] of [...plm.setUp, ...production.setUp]) await insert(owner, table, row);
  await insert(owner, 'ai_settings', rows['ai_settings']?.(false) ?? {});
  await insert(owner, 'ai_keys', rows['ai_keys']?.(false) ?? {});
  await insert(owner, 'ai_server_limits', rows['ai_server_limits']?.(false) ?? {});
  await owner.query(`select set_config('groundwire.claim', $1, false)`, [claims.victim]);
  await insert(owner, 'audit_log', rows['audit_log']?.(false) ?? {});
  await owner.query('reset groundwire.claim');
  /** The user in whose name a claim writes, if not the victim's. */
  const people: Readonly<Partial<Record<string, string>>> = {
    secondAdmin: ids.secondAdmin,
    bystander: ids.bystander,
    overseer: ids.overseer,
    partner: ids.partner,
    warden: ids.warden,
    colleague: ids.colleague,
    systemForColleague: ids.colleague,
    outsider: ids.outsider,
    removedMember: ids.removed,
    neverMember: ids.outsider,
  };
  /** Rows that a claim may reach in its own other org if it names none. */
  const ownRows: Partial<Record<string, Readonly<Record<string, number>>>> = {
    outsider: { memberships: 2 },
    victimInOtherOrg: { memberships: 2 },
  };
  /** The person who accepts the invitation, and the claim they use. */
  const joiner = {
    ...{ token: TOKEN, subject: 'sub-outsider', email: 'outsider@two.test', name: 'outsider' },
    claim: sign(deps.claimKey, { kind: 'system', org: ids.orgB, user: ids.outsider, exp: inAnHour() }),
  };
  const issued = await addIssuer(owner, ids.orgB, deps.claimKey);
  const overseer = { kind: 'user', org: ids.orgB, user: ids.overseer, exp: inAnHour() };
  /** The overseer of all programs, in a shared place of one of them. */
  const inPlace = sign(deps.claimKey, { ...overseer, place: plm.ids.session });
  return { ids: { ...ids, ...plm.ids }, rows, claims, people, ownRows, joiner, issued, inPlace };
}

/** An issuer that speaks for the second org, a member whom it let in, and claims with what its tokens say. */
async function addIssuer(owner: pg.Client, orgId: string, claimKey: string) {
  const issuer = 'https://issuer.test';
  const { rows } = await owner.query<{ id: string }>(
    `insert into private.issuers (issuer, jwks_url, audiences, token_type, clock_tolerance_seconds, max_age_seconds, claims,
       lists_orgs, role_names, highest_role, new_orgs, is_enabled)
     values ($1, 'https://issuer.test/keys', '{x}', 'JWT', 0, 60, '{"organization": "org"}', 'all', '{}', 'overseer', $2, true)
     returning id`,
    [issuer, { plan: 'free', roles: [{ name: 'overseer', permissions: ['programs:all'] }], settings: { new: true } }],
  );
  await owner.query(`insert into private.issuer_orgs (issuer_id, claimed, org_id) values ($1, 'org-b', $2)`, [
    ...[rows[0]?.id, orgId],
  ]);
  const member = randomUUID();
  const memberSubject = `${issuer}|member`;
  await owner.query(`insert into users (id, subject, email, name) values ($1, $2, 'm@issuer.test', 'm')`, [
    member,
    memberSubject,
  ]);
  await owner.query(`insert into memberships (org_id, user_id, role) values ($1, $2, 'member')`, [orgId, member]);
  await owner.query(
    `insert into private.issuer_grants (org_id, user_id, role, claimed_roles, issued_at, state) values ($1, $2, 'member', '{member}', 1, 'active')`,
    [orgId, member],
  );
  const claimOf = (grant: Row, { org = orgId, user = randomUUID() } = {}) => ({
    ...{ org, user },
    text: sign(claimKey, {
      ...{ kind: 'system', org, user, exp: inAnHour() },
      grant: {
        ...{
          subject: `${issuer}|new`,
          issuedAt: 2,
          orgs: ['org-b'],
          roles: ['overseer'],
          email: 'n@issuer.test',
          name: 'n',
        },
        ...grant,
      },
    }),
  });
  const ofMember = (grant: Row) =>
    claimOf({ subject: memberSubject, email: 'm2@issuer.test', ...grant }, { user: member });
  return {
    joins: claimOf({}),
    changes: ofMember({}),
    leaves: ofMember({ orgs: [] }),
    founds: claimOf({ orgs: ['new-org'], founds: 'new-org' }, { org: randomUUID() }),
  };
}

export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

export async function insert(client: pg.Client, table: string, row: Row): Promise<void> {
  const columns = Object.keys(row);
  const values = columns.map((_, index) => `$${index + 1}`);
  await client.query(`insert into ${table} (${columns.join(', ')}) values (${values.join(', ')})`, Object.values(row));
}

/** Signs any payload. Independent of the product's own signer, so that both must agree with Postgres. */
export function sign(claimKey: string, payload: Row, kid = claimKey.split(':')[0]): string {
  const body = Buffer.from(JSON.stringify(payload)).toString('base64url');
  const secret = Buffer.from(claimKey.slice(claimKey.indexOf(':') + 1), 'base64');
  return `${kid}.${body}.${createHmac('sha256', secret).update(`${kid}.${body}`).digest('base64url')}`;
}

function createClaims(
  ids: Readonly<
    Record<
      | 'orgA'
      | 'orgB'
      | 'victim'
      | 'colleague'
      | 'secondAdmin'
      | 'removed'
      | 'outsider'
      | 'bystander'
      | 'overseer'
      | 'partner'
      | 'warden',
      string
    >
  >,
  key: string,
) {
  const exp = inAnHour();
  const { orgA, orgB, victim, outsider } = ids;
  const asVictim = { kind: 'user', org: orgB, user: victim, exp };
  const ofOutsider = sign(key, { kind: 'user', org: orgA, user: outsider, exp });
  const [kid, , mac] = ofOutsider.split('.');
  return {
    // Members of the victim's org.
    victim: sign(key, asVictim),
    secondAdmin: sign(key, { ...asVictim, user: ids.secondAdmin }),
    colleague: sign(key, { ...asVictim, user: ids.colleague }),
    bystander: sign(key, { ...asVictim, user: ids.bystander }),
    overseer: sign(key, { ...asVictim, user: ids.overseer }),
    partner: sign(key, { ...asVictim, user: ids.partner }),
    warden: sign(key, { ...asVictim, user: ids.warden }),
    // Our own writers.
    systemForVictim: sign(key, { ...asVictim, kind: 'system' }),
    systemForColleague: sign(key, { ...asVictim, kind: 'system', user: ids.colleague }),
    systemOfOrg: sign(key, { kind: 'system', org: orgB, exp }),
    // For chores in objects; reaches no org's rows.
    installation: sign(key, { kind: 'installation', exp }),
    // The other org.
    outsider: ofOutsider,
    victimInOtherOrg: sign(key, { ...asVictim, org: orgA }),
    systemOfOtherOrg: sign(key, { ...asVictim, kind: 'system', org: orgA }),
    // Invalid claims.
    none: '',
    expired: sign(key, { ...asVictim, exp: Math.floor(Date.now() / 1000) - 1 }),
    withoutExpiry: sign(key, { kind: 'user', org: orgB, user: victim }),
    forged: `${kid}.${Buffer.from(JSON.stringify(asVictim)).toString('base64url')}.${mac}`,
    unsigned: `${kid}.${Buffer.from(JSON.stringify(asVictim)).toString('base64url')}.`,
    withTail: `${sign(key, asVictim)}.x`,
    wrongKey: sign(`test:${Buffer.alloc(32).toString('base64')}`, asVictim),
    unknownKey: sign(key, asVictim, 'unknown'),
    removedMember: sign(key, { ...asVictim, user: ids.removed }),
    neverMember: sign(key, { ...asVictim, user: outsider }),
    subject: sign(key, { kind: 'subject', sub: 'sub-victim', exp }),
    unknownKind: sign(key, { ...asVictim, kind: 'admin' }),
  } as const;
}

export type ClaimName = keyof TwoOrgs['claims'];
