import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { aiConversations, aiMessages, auditLog } from '../../migrations/schema/core.ts';
import { accountOf } from '../contracts/account.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  newTalk,
  readerOf,
  rowsOf,
  saidIn,
  type Talk,
} from '../conversation/tests/conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, until, type World } from '../conversation/tests/gated-world.fixture.ts';
import { postgresDepsOf, withTenant } from '../postgres/with-tenant.ts';
import type { Access } from '../principal.ts';
import { transact } from '../sqlite-cache.ts';
import { addToOutbox, dropParkedContent, MAX_BACKLOG, type OutboxItem, takeFromOutbox } from './outbox.ts';

let world: World;
let access: Access;
let logged: MockInstance;
beforeEach(async () => {
  logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

/** What Postgres has of the conversation, as its owner sees it. */
async function stored(talk: Talk) {
  const { orgId, userId } = access;
  const [conversations, messages, facts] = await withTenant(
    postgresDepsOf(env),
    { kind: 'user', org: orgId, user: userId },
    (db) => [
      db.select().from(aiConversations).where(eq(aiConversations.id, talk.sessionId)),
      db
        .select()
        .from(aiMessages)
        .where(eq(aiMessages.conversationId, talk.sessionId))
        .orderBy(aiMessages.ordinal, aiMessages.position),
      db
        .select()
        .from(auditLog)
        .where(and(eq(auditLog.orgId, orgId), eq(auditLog.sessionId, talk.sessionId))),
    ],
  );
  return { conversations, messages, facts };
}

const waitingRows = (talk: Talk) =>
  rowsOf<{ seq: number; payload: string }>(talk, 'select seq, payload from outbox where parked_at is null');

/** Runs alarms until nothing is left to do. */
async function drained(talk: Talk): Promise<void> {
  for (let beats = 0; (await waitingRows(talk)).length > 0; beats += 1) {
    if (beats > 10) throw new Error('the outbox does not empty');
    await runDurableObjectAlarm(talk.stub);
  }
}

/** The same for one receiver, while another may be unavailable. */
async function drainedOf(talk: Talk, lane: string): Promise<void> {
  const waiting = () => rowsOf(talk, `select seq from outbox where parked_at is null and lane = '${lane}'`);
  for (let beats = 0; (await waiting()).length > 0; beats += 1) {
    if (beats > 10) throw new Error('the outbox does not empty');
    await runDurableObjectAlarm(talk.stub);
  }
}

async function converse(talk: Talk, text: string, answer: string): Promise<string> {
  const call = callOf(talk, access, { text });
  const reader = readerOf(await ask(talk, call));
  const provider = await world.nextCall();
  provider.send(HEAD, piece(answer), TAIL);
  provider.end();
  await reader.rest();
  return call.run.runId;
}

describe('delivery to Postgres (R42)', () => {
  it('stores the session, messages with model, tokens and cost, and an audit entry per step', async () => {
    const talk = newTalk(access);
    const runId = await converse(talk, 'What changed?', 'Two parts.');
    await drained(talk);
    const { conversations, messages, facts } = await stored(talk);
    expect(conversations).toMatchObject([{ title: 'What changed?', userId: access.userId }]);
    expect(messages).toMatchObject([
      { role: 'user', content: 'What changed?', runId },
      {
        role: 'assistant',
        content: 'Two parts.',
        status: 'complete',
        inputTokens: 12,
        outputTokens: 42,
        costMicros: 1044,
      },
    ]);
    expect(facts.map((fact) => fact.event).sort()).toEqual(['answer.complete', 'message.sent', 'session.created']);
    expect(facts.find((fact) => fact.event === 'answer.complete')).toMatchObject({
      model: 'claude-sonnet-5-5',
      costMicros: 1044,
      priceVersion: '2026-11-30',
      actorUserId: access.userId,
    });
  });

  it('keeps the conversation working while Postgres is down, and delivers each row once afterwards (R48)', async () => {
    const talk = newTalk(access);
    world.state.database = 'down';
    await converse(talk, 'first', 'one');
    await converse(talk, 'second', 'two');
    const page = await talk.stub.messages({ access, limit: 50, before: null });
    expect(page.ok && page.messages).toHaveLength(4);
    expect((await waitingRows(talk)).length).toBeGreaterThanOrEqual(4);
    expect(await runDurableObjectAlarm(talk.stub)).toBe(true);
    expect((await waitingRows(talk)).length).toBeGreaterThanOrEqual(4);
    expect(logged).toHaveBeenCalled();
    const alarm = await runInDurableObject(talk.stub, (_object, state) => state.storage.getAlarm());
    expect((alarm ?? 0) - Date.now()).toBeLessThanOrEqual(30_000);
    world.state.database = 'up';
    await drained(talk);
    const { messages, facts } = await stored(talk);
    expect(messages.map((message) => message.content)).toEqual(['first', 'one', 'second', 'two']);
    expect(facts).toHaveLength(5);
  });

  it('does not store a row twice after a lost acknowledgement', async () => {
    const talk = newTalk(access);
    world.state.database = 'lost';
    await converse(talk, 'once', 'only');
    await runDurableObjectAlarm(talk.stub);
    await runDurableObjectAlarm(talk.stub);
    expect((await waitingRows(talk)).length).toBeGreaterThanOrEqual(2);
    world.state.database = 'up';
    await drained(talk);
    const { conversations, messages, facts } = await stored(talk);
    expect([conversations.length, messages.length, facts.length]).toEqual([1, 2, 3]);
  });

  it('delivers waiting rows after the object restarts', async () => {
    const talk = newTalk(access);
    world.state.database = 'down';
    await converse(talk, 'wait', 'for me');
    await abortAllDurableObjects();
    world.state.database = 'up';
    const again = newTalk(access, talk.sessionId);
    expect((await again.stub.read({ access })).ok).toBe(true);
    // Without an alarm: reading the conversation starts the drain.
    while ((await waitingRows(again)).length > 0) await scheduler.wait(1);
    expect((await stored(again)).messages).toHaveLength(2);
  });

  it('clears the alarm when nothing is left', async () => {
    const talk = newTalk(access);
    await converse(talk, 'a', 'b');
    await drained(talk);
    await runDurableObjectAlarm(talk.stub);
    expect(await runInDurableObject(talk.stub, (_object, state) => state.storage.getAlarm())).toBeNull();
  });

  it("replaces characters that Postgres can't store", async () => {
    const talk = newTalk(access);
    await converse(talk, 'nul \u0000 and half \ud83d', 'also \u0000 here');
    await drained(talk);
    const { messages } = await stored(talk);
    expect(messages.map((message) => message.parts)).toEqual([
      [{ type: 'text', content: 'nul \ufffd and half \ufffd' }],
      [{ type: 'text', content: 'also \ufffd here' }],
    ]);
    expect(await rowsOf(talk, 'select seq from outbox')).toEqual([]);
  });

  it('deletes a conversation from Postgres, keeps its audit entries, and ignores late rows', async () => {
    const talk = newTalk(access);
    world.state.database = 'down';
    await converse(talk, 'to be', 'forgotten');
    await talk.stub.remove({ access, requestId: crypto.randomUUID() });
    world.state.database = 'up';
    await drained(talk);
    const { conversations, messages, facts } = await stored(talk);
    expect(conversations).toEqual([]);
    expect(messages).toEqual([]);
    expect(facts.map((fact) => fact.event)).toContain('session.deleted');
    expect(facts.map((fact) => fact.event)).toContain('answer.complete');
  });
});

describe('limits', () => {
  const fill = (talk: Talk, rows: number) =>
    runInDurableObject(talk.stub, (_object, state) => {
      const item = { kind: 'index-removed', subject: 's', orgId: access.orgId, sessionId: talk.sessionId } as const;
      for (let count = 0; count < rows; count += 1) addToOutbox(state.storage.sql, [item]);
    });

  it('rejects a new message with 503 when the backlog is full, and stores nothing (R42)', async () => {
    const talk = newTalk(access);
    world.state.database = 'down';
    await converse(talk, 'a', 'b');
    await fill(talk, MAX_BACKLOG);
    const response = await ask(talk, callOf(talk, access, { text: 'too much' }));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'BACKLOG_FULL', retryAfterSeconds: 60 });
    expect(await rowsOf(talk, 'select run_id from runs')).toHaveLength(1);
    const patched = await talk.stub.patch({ access, patch: { title: 'x' }, requestId: crypto.randomUUID() });
    expect(patched).toEqual({ ok: false, code: 'BACKLOG_FULL' });
  });

  it('limits a delivery by size and by number of rows', async () => {
    const talk = newTalk(access);
    world.state.database = 'down';
    await converse(talk, 'a', 'b');
    const counts = await runInDurableObject(talk.stub, (_object, state) => {
      const { sql } = state.storage;
      sql.exec('delete from outbox');
      const item = {
        kind: 'index-removed',
        subject: 'x'.repeat(300_000),
        orgId: access.orgId,
        sessionId: talk.sessionId,
      } as const;
      for (let count = 0; count < 10; count += 1) addToOutbox(sql, [item]);
      addToOutbox(sql, [{ ...item, subject: 'x'.repeat(1_500_000) }]);
      const first = takeFromOutbox(sql, 'account', 50).length;
      sql.exec('delete from outbox where seq < (select max(seq) from outbox)');
      const alone = takeFromOutbox(sql, 'account', 50).length;
      sql.exec('delete from outbox');
      return [first, alone];
    });
    expect(counts).toEqual([3, 1]);
  });
});

describe('rejected rows', () => {
  it('are parked after a few attempts; deletion removes their content but keeps audit entries', async () => {
    const talk = newTalk(access);
    world.state.database = 'down';
    await converse(talk, 'fine', 'also fine');
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec(`update outbox set payload = replace(payload, '"role":"user"', '"role":"unknown"')`);
    });
    world.state.database = 'up';
    await drained(talk);
    const parked = await rowsOf<{ payload: string }>(talk, 'select payload from outbox where parked_at is not null');
    expect(parked).toHaveLength(1);
    expect(parked[0]?.payload).toContain('fine');
    await runInDurableObject(talk.stub, (_object, state) => dropParkedContent(state.storage.sql));
    const [kept] = await rowsOf<{ payload: string }>(talk, 'select payload from outbox');
    expect(JSON.parse(kept?.payload ?? '').map((item: { kind: string }) => item.kind)).toEqual(['audit', 'audit']);
  });
});

describe('an Account that rejects a row', () => {
  it('does not block the rows after it', async () => {
    const talk = newTalk(access);
    world.state.database = 'down';
    await converse(talk, 'a', 'b');
    await drainedOf(talk, 'account');
    await runInDurableObject(talk.stub, (_object, state) => {
      const { sql } = state.storage;
      const session = {
        id: talk.sessionId,
        title: 'late',
        model: null,
        programId: null,
        designId: null,
        pinned: false,
      };
      const stamps = { createdAt: 1, updatedAt: 1, version: 1 };
      const item = { kind: 'index', subject: ADA, orgId: access.orgId, session: { ...session, ...stamps } } as const;
      addToOutbox(sql, [{ ...item, runId: 'not an id that an Account takes' }]);
      addToOutbox(sql, [{ ...item, runId: 'taken' }]);
    });
    await drainedOf(talk, 'account');
    expect(await rowsOf(talk, "select seq from outbox where lane = 'account' and parked_at is not null")).toHaveLength(
      1,
    );
    expect(await accountOf(env, ADA).findRun({ orgId: access.orgId, runId: 'taken' })).toBe(talk.sessionId);
  });
});

describe("the owner's session list", () => {
  it('shows a conversation, its run and its deletion while Postgres is down', async () => {
    world.state.database = 'down';
    const talk = newTalk(access);
    const runId = await converse(talk, 'A title', 'answer');
    const account = accountOf(env, ADA);
    const listed = async () => {
      const list = await account.listSessions({ orgId: access.orgId, limit: 100 });
      return list.ok ? list.sessions.filter((session) => session.id === talk.sessionId) : [];
    };
    await drainedOf(talk, 'account');
    expect(await listed()).toMatchObject([{ title: 'A title' }]);
    expect(await account.findRun({ orgId: access.orgId, runId })).toBe(talk.sessionId);
    world.state.database = 'up';
    await talk.stub.remove({ access, requestId: crypto.randomUUID() });
    await drained(talk);
    expect(await listed()).toEqual([]);
  });
});

describe('what an instance remembers of its outbox', () => {
  const titled = (talk: Talk, title: string): OutboxItem => {
    const { orgId, userId } = access;
    const ids = { id: talk.sessionId, model: null, programId: null, designId: null, forkedFrom: undefined };
    const now = Date.now();
    const times = { createdAt: now, updatedAt: now, version: now + 1 };
    const session = { ...ids, title, pinned: false, audience: 'private' as const, ...times };
    return { kind: 'conversation', orgId, userId, session };
  };

  it('excludes rows of a transaction that was rolled back', async () => {
    const talk = newTalk(access);
    await converse(talk, 'a', 'b');
    await drained(talk);
    await runInDurableObject(talk.stub, (object, { storage }) => {
      const failing = (): void => {
        addToOutbox(storage.sql, [titled(talk, 'rolled back')]);
        throw new Error('no');
      };
      expect(() => transact(storage, failing)).toThrow('no');
      addToOutbox(storage.sql, [titled(talk, 'stored')]);
      return object.alarm();
    });
    expect((await stored(talk)).conversations).toMatchObject([{ title: 'stored' }]);
  });

  it('is read again after a failed delivery, as the row is by then', async () => {
    const talk = newTalk(access);
    await converse(talk, 'a', 'b');
    await drained(talk);
    world.state.database = 'down';
    await runInDurableObject(talk.stub, async (object, { storage }) => {
      addToOutbox(storage.sql, [titled(talk, 'wrong')]);
      await object.alarm();
      storage.sql.exec("update outbox set payload = replace(payload, 'wrong', 'right')");
    });
    world.state.database = 'up';
    await drained(talk);
    expect((await stored(talk)).conversations).toMatchObject([{ title: 'right' }]);
  });
});

it('drains within ten seconds, without delaying the first token and without an alarm', async () => {
  const talk = newTalk(access);
  const reader = readerOf(await ask(talk, callOf(talk, access)));
  (await world.nextCall()).send(HEAD, piece('word'));
  await reader.until('word');
  await until(() => world.state.stores > 0);
  expect(saidIn(reader.text())).toBe('word');
});
