// A whole erasure: rows by the database owner, objects by the Worker's next cron run.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { TEST_ORGS, type TestOrg } from '../../local/testing/test-orgs.ts';
import { accountOf } from '../contracts/account.ts';
import { breakersOf } from '../contracts/breakers.ts';
import { budgetOf } from '../contracts/budget.ts';
import {
  accessOf,
  ask,
  callOf,
  newTalk,
  readerOf,
  rowsOf,
  type Talk,
} from '../conversation/tests/conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, type World } from '../conversation/tests/gated-world.fixture.ts';
import { CHAIN_START, chainStepQuery, sourcesForOperator } from '../postgres/queries/audit-chain.ts';
import { postgresDepsOf, withTenant } from '../postgres/with-tenant.ts';
import type { Access } from '../principal.ts';
import { runChores } from './run-chores.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => world.restore());

const { adminUrl } = inject('postgres' as never) as { adminUrl: string };

/** Runs a query as the database owner, without row level security. */
async function asOwner(query: ReturnType<typeof sql>): Promise<readonly Record<string, unknown>[]> {
  const deps = postgresDepsOf(env);
  const databaseUrl = adminUrl.replace(/\/postgres$/, new URL(deps.databaseUrl).pathname);
  const [, { rows }] = await withTenant({ ...deps, databaseUrl }, { kind: 'subject', sub: '' }, (db) => [
    // The owner acts without a claim.
    db.execute(sql`select set_config('groundwire.claim', '', true), set_config('TimeZone', 'UTC', true)`),
    db.execute(query),
  ]);
  return rows;
}

/** A conversation in Postgres and in the session list. */
async function converse(access: Access, text: string): Promise<Talk> {
  const talk = newTalk(access);
  const reader = readerOf(await ask(talk, callOf(talk, access, { text })));
  const provider = await world.nextCall();
  provider.send(HEAD, piece('an answer'), TAIL);
  provider.end();
  await reader.rest();
  return talk;
}

/** A conversation whose first answer is running. */
async function begin(access: Access) {
  const talk = newTalk(access);
  const reader = readerOf(await ask(talk, callOf(talk, access, { text: 'while I speak' })));
  const provider = await world.nextCall();
  provider.send(HEAD, piece('spoken'));
  await reader.until('spoken');
  // The object is aborted while it streams.
  const left = reader.rest().catch(() => undefined);
  return { talk, provider, left };
}

async function delivered(talk: Talk): Promise<void> {
  while ((await rowsOf(talk, 'select seq from outbox')).length > 0) await scheduler.wait(1);
}

/** The tables of the object's database, and its alarm. */
const storageOf = (stub: DurableObjectStub): Promise<{ tables: string[]; alarm: number | null }> =>
  runInDurableObject(stub, async (_object, state) => ({
    tables: state.storage.sql
      .exec<{ name: string }>(
        "select name from sqlite_master where type = 'table' and name not like '\\_cf%' escape '\\'",
      )
      .toArray()
      .map(({ name }) => name),
    alarm: await state.storage.getAlarm(),
  }));

const filledTables = (stub: DurableObjectStub): Promise<string[]> =>
  runInDurableObject(stub, (_object, state) =>
    state.storage.sql
      .exec<{ name: string }>(
        "select name from sqlite_master where type = 'table' and name not like '\\_cf%' escape '\\'",
      )
      .toArray()
      .map(({ name }) => name)
      .filter((name) => name !== 'schema_version' && name !== 'sqlite_sequence')
      .filter((name) => state.storage.sql.exec(`select 1 from ${name} limit 1`).toArray().length > 0),
  );

const choresOf = (org: TestOrg) =>
  asOwner(sql`select kind, attempts from private.object_chores where org_id = ${org.id} order by kind`);

/** Outbox rows of an object that may have been recreated. */
const waitingIn = (talk: Talk): Promise<number> =>
  runInDurableObject(newTalk({ orgId: TEST_ORGS.erasure.id } as Access, talk.sessionId).stub, (_object, { storage }) =>
    storage.sql.exec("select 1 from sqlite_master where name = 'outbox'").toArray().length === 0
      ? 0
      : storage.sql.exec('select seq from outbox').toArray().length,
  );

describe('an erased user', () => {
  const org = TEST_ORGS.erasure;
  const { subject, id } = org.people.member;

  it('has empty objects after a chore run, also with running answers, and nothing comes back', async () => {
    const access = await accessOf(subject);
    const done = await converse(access, 'my own words');
    await delivered(done);
    const running = await begin(access);
    await running.talk.stub.patch({ access, patch: { pinned: true }, requestId: 'r' });
    await delivered(running.talk);
    // Not in Postgres and not in the session list.
    world.state.database = 'down';
    const unstored = await begin(access);
    while ((await rowsOf(unstored.talk, "select seq from outbox where lane = 'account'")).length > 0)
      await scheduler.wait(1);
    await runInDurableObject(unstored.talk.stub, (_object, { storage }) => {
      storage.sql.exec('update outbox set parked_at = 1');
    });
    await runInDurableObject(accountOf(env, subject), (_account, { storage }) => {
      storage.sql.exec('delete from sessions where id = ?', unstored.talk.sessionId);
    });
    world.state.database = 'up';

    await asOwner(sql`select private.erase_person(${org.id}, ${id})`);
    expect((await choresOf(org)).map(({ kind }) => kind)).toContain('erase-account');
    await runChores(env);
    await running.provider.aborted();
    expect(await storageOf(unstored.talk.stub)).toMatchObject({ tables: expect.arrayContaining(['messages']) });
    await runInDurableObject(unstored.talk.stub, (_object, { storage }) => {
      storage.sql.exec('update outbox set parked_at = null');
    });
    unstored.provider.send(TAIL);
    unstored.provider.end();
    // Until it has reached Postgres, which then queues its erasure.
    while ((await waitingIn(unstored.talk)) > 0) await scheduler.wait(1);
    await runChores(env);
    expect(await choresOf(org)).toEqual([]);

    for (const talk of [done, running.talk, unstored.talk]) {
      const again = newTalk(access, talk.sessionId);
      expect(await storageOf(again.stub)).toEqual({ tables: [], alarm: null });
      expect(await again.stub.read({ access })).toEqual({ ok: false, code: 'NOT_FOUND' });
    }
    expect(await filledTables(accountOf(env, subject))).toEqual([]);
    await expect(accessOf(subject)).rejects.toThrow('NO_MEMBERSHIP');
    expect(await asOwner(sql`select id from ai_conversations where org_id = ${org.id}`)).toEqual([]);
    expect(await asOwner(sql`select id from ai_messages where org_id = ${org.id}`)).toEqual([]);
    // Its cost is charged, without a name.
    const facts = await asOwner(
      sql`select event, actor_user_id as "actor" from audit_log where org_id = ${org.id} and event like 'answer.%'`,
    );
    expect(facts.map(({ event }) => event).sort()).toEqual(['answer.complete', 'answer.complete', 'answer.failed']);
    expect(facts.map(({ actor }) => actor)).not.toContain(id);
    const [chain] = await asOwner(
      chainStepQuery(sourcesForOperator(org.id), { after: CHAIN_START, hashesOf: [], stepRows: 10_000 }),
    );
    expect(chain).toMatchObject({ firstBreak: null, wrongRedaction: null });
  });

  it('finds a conversation that never reached Postgres through the session list', async () => {
    const { subject: other, id: otherId } = org.people.second;
    const access = await accessOf(other);
    world.state.database = 'down';
    const talk = await converse(access, 'never stored');
    while ((await rowsOf(talk, "select seq from outbox where lane = 'account'")).length > 0) await scheduler.wait(1);
    expect((await rowsOf(talk, "select seq from outbox where lane = 'postgres'")).length).toBeGreaterThan(0);
    world.state.database = 'up';
    await asOwner(sql`select private.erase_person(${org.id}, ${otherId})`);
    expect((await choresOf(org)).map(({ kind }) => kind)).toEqual(['erase-account']);
    await runChores(env);
    expect(await choresOf(org)).toEqual([]);
    expect(await storageOf(newTalk(access, talk.sessionId).stub)).toEqual({ tables: [], alarm: null });
    expect(await asOwner(sql`select id from ai_messages where org_id = ${org.id}`)).toEqual([]);
  });
});

describe('an erased organization', () => {
  const org = TEST_ORGS.erasedOrg;

  it('leaves no data in any object', async () => {
    const access = await accessOf(org.people.admin.subject);
    const talk = await converse(access, 'of the org');
    await delivered(talk);
    await budgetOf(env, org.id).settle([{ leaseId: crypto.randomUUID(), month: '2026-11', tokens: 5 }]);
    await breakersOf(env, org.id).mayRetry('connection');
    await asOwner(sql`select private.erase_org(${org.id})`);
    await runChores(env);
    expect(await choresOf(org)).toEqual([]);
    expect(await storageOf(newTalk(access, talk.sessionId).stub)).toEqual({ tables: [], alarm: null });
    expect(await storageOf(budgetOf(env, org.id))).toEqual({ tables: [], alarm: null });
    expect(await filledTables(breakersOf(env, org.id))).toEqual([]);
    expect(await filledTables(accountOf(env, org.people.admin.subject))).toEqual([]);
    await expect(accessOf(org.people.admin.subject)).rejects.toThrow('NO_MEMBERSHIP');
  });
});

describe('chores', () => {
  const org = TEST_ORGS.chores;

  it("keeps a failed chore with the error's name, and completes it later", async () => {
    const access = await accessOf(org.people.admin.subject);
    const talk = await converse(access, 'words');
    await delivered(talk);
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec("insert into outbox (lane, payload) values ('budget', 'no json')");
    });
    await asOwner(sql`select private.erase_person(${org.id}, ${org.people.admin.id})`);
    await runChores(env);
    const [failed] = await asOwner(
      sql`select attempts, last_error as "reason" from private.object_chores where org_id = ${org.id} and kind = 'erase-conversation'`,
    );
    expect(failed).toMatchObject({ attempts: 1, reason: 'Error' });
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec("delete from outbox where payload = 'no json'");
    });
    await runChores(env);
    expect(await choresOf(org)).toEqual([]);
  });

  it('audits a parked outbox row without its content, and retries it on request', async () => {
    const access = await accessOf(org.people.second.subject);
    const talk = await converse(access, 'poison');
    await delivered(talk);
    const item = {
      kind: 'message',
      orgId: org.id,
      userId: access.userId,
      sessionId: talk.sessionId,
      ordinal: 9,
      position: 0,
    };
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec(
        "insert into outbox (lane, payload, attempts) values ('postgres', ?, 4)",
        JSON.stringify([{ ...item, message: 'bad' }]),
      );
    });
    await talk.stub.chore({ kind: 'retry-parked' });
    await runInDurableObject(talk.stub, (object) => object.alarm());
    await delivered_(talk);
    const reports = () =>
      asOwner(
        sql`select event, _meta as meta from audit_log where session_id = ${talk.sessionId} and event like 'outbox.%' order by seq`,
      );
    expect(await reports()).toEqual([
      { event: 'outbox.parked', meta: { lane: 'postgres', items: null, reason: 'unreadable' } },
    ]);
    await asOwner(
      sql`insert into private.object_chores (kind, org_id, name) values ('retry-parked', ${org.id}, ${talk.sessionId})`,
    );
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec("update outbox set payload = '[]' where parked_at is not null");
    });
    await runChores(env);
    await delivered(talk);
    expect((await reports()).map(({ event }) => event)).toEqual(['outbox.parked', 'outbox.retried']);
  });

  async function delivered_(talk: Talk): Promise<void> {
    while ((await rowsOf(talk, 'select seq from outbox where parked_at is null')).length > 0) await scheduler.wait(1);
  }
});
