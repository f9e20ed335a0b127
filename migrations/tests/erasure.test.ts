// Erasing a person or an organization removes everything that names them, keeps what happened, and leaves a chain that
// still verifies.
import { beforeEach, describe, expect, test } from 'vitest';
import { storeItems } from '../../durable/postgres/queries/store-items.ts';
import { verifyOrgLog } from '../../local/admin/read-chain.ts';
import { createTestDatabase, type TestDatabase } from '../../local/testing/test-database.ts';
import { createTwoOrgs, type TwoOrgs } from './isolation/two-orgs.fixture.ts';

let database: TestDatabase;
let orgs: TwoOrgs;

beforeEach(async () => {
  database = await createTestDatabase();
  orgs = await createTwoOrgs(database);
  return () => database.drop();
});

const ask = async <T = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> =>
  (await database.owner.query(sql, values)).rows as T[];

async function note(id: string, actor: string, columns: Record<string, unknown>): Promise<void> {
  await ask('begin');
  await ask(`select set_config('groundwire.claim', $1, true)`, [orgs.claims.systemOfOrg]);
  const names = Object.keys(columns);
  await ask(
    `insert into audit_log (org_id, id, actor_user_id, ${names.join(', ')})
     values ($1, $2, $3, ${names.map((_name, index) => `$${index + 4}`).join(', ')})`,
    [orgs.ids.orgB, id, actor, ...Object.values(columns)],
  );
  await ask('commit');
}

const findBreak = async (org: string) => {
  const verdict = await verifyOrgLog(database.owner, org, null);
  return verdict.state === 'broken' ? verdict : null;
};
const erase = async (person: string) =>
  (
    await ask<{ counts: Record<string, unknown> }>('select private.erase_person($1, $2) as counts', [
      orgs.ids.orgB,
      person,
    ])
  )[0]?.counts;

/** Every row of every table that contains the text, as `table: row`. */
async function rowsWith(text: string): Promise<string[]> {
  const tables = await ask<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname in ('public', 'plm', 'production', 'private')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await ask<{ row: string }>(`select t::text as row from ${name} t where t::text like $1`, [
      `%${text}%`,
    ]);
    found.push(...rows.map(({ row }) => `${name}: ${row}`));
  }
  return found;
}

describe('an erased person', () => {
  beforeEach(async () => {
    const { ids } = orgs;
    await ask(`update ai_messages set author_id = $1 where audience = 'shared'`, [ids.victim]);
    await note('tool-1', ids.victim, {
      event: 'tool.completed',
      tool: 'create_item',
      parameters: { name: 'Secret rotor' },
      result: { name: 'Secret rotor' },
      cost_micros: 42,
      model: 'm-1',
    });
    await note('joined-1', ids.secondAdmin, {
      event: 'member.invited',
      parameters: { email: 'victim@two.test', role: 'admin' },
    });
    await note('role-1', ids.secondAdmin, {
      event: 'role.changed',
      parameters: { userId: ids.victim, before: 'a', after: 'b' },
    });
    await note('other-1', ids.colleague, { event: 'tool.completed', tool: 'x', parameters: { name: 'kept' } });
  });

  test("is named nowhere in the organization except in the list of erasures and the Worker's chores", async () => {
    const { ids } = orgs;
    await erase(ids.victim);
    const rows = (await rowsWith(ids.victim)).filter((row) => !row.includes(ids.orgA));
    expect(rows.filter((row) => !/^(private\.object_chores|private\.erasures|users): /.test(row))).toEqual([]);
    // They are still a member of the other org, which keeps their row.
    expect(await ask('select email from users where id = $1', [ids.victim])).toEqual([{ email: 'victim@two.test' }]);
    expect(await rowsWith('Secret rotor')).toEqual([]);
    expect((await rowsWith('victim@two.test')).filter((row) => !row.startsWith('users: '))).toEqual([]);
    expect(await rowsWith('What is the torque limit')).toEqual([]);
    expect(await ask('select from ai_conversations where id = $1', [ids.conversation])).toEqual([]);
    expect(await ask('select content from ai_messages where conversation_id = $1', [ids.shared])).toEqual([
      { content: '[erased]' },
    ]);
    expect(await ask('select from memberships where org_id = $1 and user_id = $2', [ids.orgB, ids.victim])).toEqual([]);
  });

  test('is removed from the installation if they belong to no other organization', async () => {
    const { ids } = orgs;
    await ask('delete from memberships where org_id = $1 and user_id = $2', [ids.orgA, ids.victim]);
    expect(await erase(ids.victim)).toMatchObject({ personRow: true, memberships: 1, conversations: 1, messages: 1 });
    expect((await rowsWith(ids.victim)).map((row) => row.split(':')[0]).sort()).toEqual([
      'private.erasures',
      // The Worker finds what they wrote in a shared conversation.
      'private.object_chores',
    ]);
    expect(await ask(`select kind, name, details from private.object_chores where kind = 'erase-account'`)).toEqual([
      { kind: 'erase-account', name: 'sub-victim', details: { isGone: true } },
    ]);
  });

  test('leaves an intact chain with events and costs (R40)', async () => {
    const { ids } = orgs;
    await erase(ids.victim);
    expect(await findBreak(ids.orgB)).toBeNull();
    const [row] = await ask<Record<string, unknown>>(`select * from audit_log where id = 'tool-1'`);
    expect(row).toMatchObject({
      event: 'tool.completed',
      tool: 'create_item',
      cost_micros: '42',
      model: 'm-1',
      parameters: null,
      result: null,
    });
    expect(row?.['actor_user_id']).not.toBe(ids.victim);
    expect(await ask(`select parameters from audit_log where id = 'other-1'`)).toEqual([
      { parameters: { name: 'kept' } },
    ]);
    // One stand-in for all of their rows, so that sums by person stay the same.
    expect(
      await ask(`select count(distinct actor_user_id)::int as n from audit_log where id in ('fact-1', 'tool-1')`),
    ).toEqual([{ n: 1 }]);
    const [fact] = await ask<{ parameters: { rows: number } }>(
      `select parameters from audit_log where event = 'audit.redacted'`,
    );
    expect(fact?.parameters.rows).toBe(4);
  });

  test.each([
    ['a redacted row that is changed again', `update audit_log set cost_micros = 1 where id = 'tool-1'`, 'changed'],
    [
      'a row that is redacted behind the log’s back',
      `update audit_log set parameters = null where id = 'other-1'`,
      'changed',
    ],
    [
      'a redaction added to a recorded one',
      `update audit_log set parameters = null where id = 'other-1';
       insert into private.audit_redactions select a.org_id, a.seq, f.id, private.audit_hash(a) from audit_log a, audit_log f
       where a.id = 'other-1' and f.event = 'audit.redacted'`,
      'redaction',
    ],
    [
      'a redaction that the log does not tell of',
      `update audit_log set parameters = null where id = 'other-1';
       insert into private.audit_redactions select a.org_id, a.seq, 'invented', private.audit_hash(a) from audit_log a where a.id = 'other-1'`,
      'changed',
    ],
    [
      'a redaction taken back',
      `delete from private.audit_redactions where seq = (select seq from audit_log where id = 'tool-1')`,
      'changed',
    ],
  ])('tampering is found: %s (R40)', async (_what, sql, reason) => {
    await erase(orgs.ids.victim);
    await ask('begin');
    await ask('set local session_replication_role = replica');
    await ask(sql);
    expect(await findBreak(orgs.ids.orgB)).toMatchObject({ reason });
    await ask('rollback');
  });

  test('the chain stays intact after a second erasure of the same rows (R40)', async () => {
    const { ids } = orgs;
    await erase(ids.victim);
    await erase(ids.secondAdmin);
    expect(await findBreak(ids.orgB)).toBeNull();
    expect((await rowsWith(ids.secondAdmin)).map((row) => row.split(':')[0])).toEqual(['private.erasures']);
  });

  test('late outbox writes restore no conversation, no message and no name in the log', async () => {
    const { ids } = orgs;
    await erase(ids.victim);
    const owner = { orgId: ids.orgB, userId: ids.victim };
    const now = Date.now() + 60_000;
    const session = {
      id: crypto.randomUUID(),
      title: 'belated',
      model: null,
      programId: null,
      designId: null,
      pinned: false,
    };
    const usual = {
      runId: 'r',
      model: null,
      provider: null,
      usage: null,
      costMicros: null,
      priceVersion: null,
      error: null,
    };
    const delivery = await storeItems(database.deps, owner, [
      { kind: 'conversation', ...owner, session: { ...session, createdAt: now, updatedAt: now, version: 1 } },
      {
        ...{ kind: 'message', ...owner, sessionId: session.id, ordinal: 1, position: 0 },
        message: {
          ...usual,
          id: crypto.randomUUID(),
          role: 'user',
          parts: [{ type: 'text', content: 'belated words' }],
          status: 'complete',
          createdAt: now,
        },
      },
      {
        kind: 'audit',
        ...owner,
        audit: {
          ...{
            ...usual,
            id: crypto.randomUUID(),
            orgId: ids.orgB,
            actorId: ids.victim,
            event: 'tool.completed',
            sessionId: session.id,
          },
          ...{
            requestId: null,
            programId: null,
            designId: null,
            durationMs: null,
            meta: {},
            tool: 'x',
            parameters: { name: 'belated' },
            createdAt: now,
          },
        },
      },
    ]);
    expect(delivery).toMatchObject({ outcome: 'delivered' });
    expect(await rowsWith('belated')).toEqual([]);
    expect(await ask(`select event, actor_user_id from audit_log where tool = 'x' and id <> 'other-1'`)).toEqual([
      { event: 'tool.completed', actor_user_id: null },
    ]);
    expect(await findBreak(ids.orgB)).toBeNull();
  });
});

describe('an erased organization', () => {
  test('keeps only its redacted log; another organization keeps everything', async () => {
    const { ids } = orgs;
    await note('tool-1', ids.victim, {
      event: 'tool.completed',
      tool: 'x',
      parameters: { name: 'Secret rotor' },
      cost_micros: 42,
    });
    const neighbor = await rowsWith(ids.orgA);
    await ask('select private.erase_org($1)', [ids.orgB]);
    const tables = (await rowsWith(ids.orgB)).map((row) => row.split(':')[0] ?? '');
    expect([...new Set(tables)].sort()).toEqual([
      ...['audit_log', 'orgs', 'private.audit_heads', 'private.audit_redactions', 'private.conversation_tombstones'],
      ...['private.erasures', 'private.object_chores'],
    ]);
    expect(await ask('select slug, name from orgs where id = $1', [ids.orgB])).toEqual([
      { slug: `erased-${ids.orgB.slice(0, 8)}`, name: 'Erased organization' },
    ]);
    expect(await rowsWith('Secret rotor')).toEqual([]);
    expect(await rowsWith('colleague@two.test')).toEqual([]);
    expect(await rowsWith(ids.orgA)).toEqual(neighbor);
    expect(await findBreak(ids.orgB)).toBeNull();
    expect(await ask(`select sum(cost_micros)::int as cost from audit_log where org_id = $1`, [ids.orgB])).toEqual([
      { cost: 42 },
    ]);
    expect(await ask(`select kind from private.object_chores where kind <> 'erase-account' order by kind`)).toEqual([
      { kind: 'erase-conversation' },
      { kind: 'erase-conversation' },
      { kind: 'erase-org' },
    ]);
  });

  test('accepts no late writes', async () => {
    const { ids } = orgs;
    await ask('select private.erase_org($1)', [ids.orgB]);
    await note('late-1', ids.colleague, { event: 'tool.completed', tool: 'x', parameters: { name: 'late' } });
    expect(await ask(`select actor_user_id, parameters from audit_log where id = 'late-1'`)).toEqual([
      { actor_user_id: null, parameters: null },
    ]);
    expect(await findBreak(ids.orgB)).toBeNull();
  });
});

test("only the installation's claim reads chores, and it reads nothing else", async () => {
  const [chore] = await ask<{ id: string }>(
    `insert into private.object_chores (kind, org_id) values ('erase-org', $1) returning id`,
    [orgs.ids.orgB],
  );
  const { installation, ...others } = orgs.claims;
  for (const [claim, seen] of [
    [installation, 1],
    ...Object.values(others).map((other) => [other, 0] as const),
  ] as const) {
    await ask('begin');
    await ask('set local role groundwire_app');
    await ask(`select set_config('groundwire.claim', $1, true)`, [claim]);
    expect(await ask('select id from pending_object_chores(10)')).toHaveLength(seen);
    await ask('select settle_object_chores($1, $2)', [[chore?.id], '{}']);
    await ask('reset role');
    expect(await ask('select from private.object_chores')).toHaveLength(1 - seen);
    await ask('rollback');
  }
});
