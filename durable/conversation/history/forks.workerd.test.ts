import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aiConversations, aiMessages, auditLog } from '../../../migrations/schema/core.ts';
import { accountOf } from '../../contracts/account.ts';
import { postgresDepsOf, withTenant } from '../../postgres/with-tenant.ts';
import type { Access } from '../../principal.ts';
import { OPENAI } from '../../providers/wire.fixture.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  ELI,
  NORA,
  newTalk,
  readerOf,
  rowsOf,
  type Talk,
} from '../tests/conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, type World } from '../tests/gated-world.fixture.ts';
import { newPlace, say } from '../tests/shared-talk.fixture.ts';
import {
  createPart,
  decide,
  decideAndRead,
  firstOf,
  propose,
  shownMessages,
  talkThrough,
  uniqueName,
} from '../tests/tool-talk.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

const requestId = crypto.randomUUID();
const SEARCH = { id: 'toolu_find', name: 'search_programs', input: { query: 'Kestrel' } };

async function forkAt(source: Talk, messageId: string, by = access, id: string = crypto.randomUUID()) {
  const out = await source.stub.copyForFork({ access: by, messageId });
  if (!out.ok) return { fork: newTalk(by, id), answer: out };
  const fork = newTalk(by, id);
  return { fork, answer: await fork.stub.fork({ access: by, id, copy: out.copy, requestId }) };
}

const lastId = async (talk: Talk, by = access): Promise<string> =>
  (await shownMessages(talk, by)).messages.at(-1)?.id ?? '';

const wordsIn = async (talk: Talk, by = access) =>
  (await shownMessages(talk, by)).messages.map(({ role, parts }) => [
    role,
    parts.map((part) => (part.type === 'text' ? part.content : part.type)).join(' '),
  ]);

async function stored(talk: Talk, by = access) {
  const deps = postgresDepsOf(env);
  const [conversations, messages] = await withTenant(deps, { kind: 'user', org: by.orgId, user: by.userId }, (db) => [
    db.select().from(aiConversations).where(eq(aiConversations.id, talk.sessionId)),
    db
      .select()
      .from(aiMessages)
      .where(eq(aiMessages.conversationId, talk.sessionId))
      .orderBy(aiMessages.ordinal, aiMessages.position),
  ]);
  const [audit] = await withTenant(deps, { kind: 'user', org: by.orgId, user: by.userId }, (db) => [
    db.select().from(auditLog).where(eq(auditLog.sessionId, talk.sessionId)),
  ]);
  return { conversation: conversations[0], messages, audit };
}

describe('a fork', () => {
  it('starts with the messages up to the fork, and then diverges', async () => {
    const source = newTalk(access);
    await talkThrough(world, source, access, ['One.']);
    const at = await lastId(source);
    await say(world, source, access, { text: 'And then?' }, 'Two.');
    const { fork, answer } = await forkAt(source, at);
    expect(answer).toMatchObject({ ok: true, session: { forkedFrom: { sessionId: source.sessionId, messageId: at } } });
    await say(world, fork, access, { text: 'Elsewhere?' }, 'Three.');
    expect(await wordsIn(fork)).toEqual([
      ['user', 'Which parts changed?'],
      ['assistant', 'One.'],
      ['user', 'Elsewhere?'],
      ['assistant', 'Three.'],
    ]);
    expect((await wordsIn(source)).at(-1)).toEqual(['assistant', 'Two.']);
  });

  it('sends a provider the same bytes as its original, on both wires', async () => {
    const source = newTalk(access);
    await talkThrough(world, source, access, [[SEARCH], 'One.']);
    const { fork } = await forkAt(source, await lastId(source));
    for (const [model, wire] of [
      [null, HEAD + piece('Same.') + TAIL],
      ['gpt-4.1', OPENAI.text('Same.').join('')],
    ] as const) {
      const bodies: string[] = [];
      for (const talk of [source, fork]) {
        const call = callOf(talk, access, { text: 'And now?', model });
        const read = ask(talk, call).then((response) => readerOf(response).rest());
        const asked = await world.nextCall();
        asked.send(wire);
        asked.end();
        expect(await read).toContain('RUN_FINISHED');
        bodies.push(JSON.stringify(asked.body));
      }
      expect(bodies[1]).toBe(bodies[0]);
    }
    // A server that takes a prompt cache key gets the key of the first original, also for forks of forks.
    const { fork: second } = await forkAt(fork, await lastId(fork));
    const [row] = await rowsOf<{ cache_key: string }>(second, 'select cache_key from session');
    expect(row?.cache_key).toBe(source.sessionId);
  });

  it('is created once however often it is requested, and its id refuses other copies', async () => {
    const source = newTalk(access);
    await talkThrough(world, source, access, ['One.']);
    const at = await lastId(source);
    const { fork } = await forkAt(source, at);
    await say(world, fork, access, { text: 'On?' }, 'On.');
    const again = await forkAt(source, at, access, fork.sessionId);
    expect(again.answer).toMatchObject({ ok: true, session: { id: fork.sessionId } });
    expect(await wordsIn(fork)).toHaveLength(4);
    expect((await forkAt(source, at, access, source.sessionId)).answer).toMatchObject({ code: 'SESSION_ID_TAKEN' });
    const eli = await accessOf(ELI);
    expect((await forkAt(source, at, eli)).answer).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    expect((await forkAt(source, crypto.randomUUID())).answer).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    expect((await forkAt(source, at, await accessOf(NORA))).answer).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('contains the shown part of a running answer, as stopped', async () => {
    const source = newTalk(access);
    const reader = readerOf(await ask(source, callOf(source, access)));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '), piece('two '));
    await reader.until('two ');
    const { fork, answer } = await forkAt(source, await lastId(source));
    expect(answer.ok).toBe(true);
    provider.send(piece('three '), TAIL);
    provider.end();
    await reader.rest();
    expect(await wordsIn(source)).toContainEqual(['assistant', 'one two three ']);
    expect((await shownMessages(fork, access)).messages.at(-1)).toMatchObject({
      status: 'stopped',
      parts: [{ type: 'text', content: 'one two ' }],
    });
    expect(await shownMessages(fork, access)).toMatchObject({ activeRunId: null });
  });

  it('shows approvals as they were; pending ones are decided in the original only', async () => {
    const name = uniqueName();
    const { talk, cards } = await propose(world, access, createPart(name));
    const { fork } = await forkAt(talk, await lastId(talk));
    const copied = async () => (await shownMessages(fork, access)).messages.flatMap((shown) => shown.confirmations);
    expect(await copied()).toMatchObject([{ state: 'elsewhere', approvalId: firstOf(cards) }]);
    expect(await shownMessages(fork, access)).toMatchObject({ waiting: null });
    expect(await decide(fork, access, firstOf(cards))).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    await decideAndRead(world, talk, access, { approvalId: firstOf(cards), approve: false });
    const { fork: later } = await forkAt(talk, await lastId(talk));
    const shown = (await shownMessages(later, access)).messages.flatMap(({ confirmations }) => confirmations);
    expect(shown).toMatchObject([{ state: 'cancelled' }]);
    const { fork: ofFork } = await forkAt(fork, await lastId(fork));
    expect((await shownMessages(ofFork, access)).messages.flatMap((one) => one.confirmations)).toMatchObject([
      { state: 'elsewhere' },
    ]);
  });

  it('is stored whole or not at all when its object dies', async () => {
    const source = newTalk(access);
    await talkThrough(world, source, access, ['One.']);
    const at = await lastId(source);
    const out = await source.stub.copyForFork({ access, messageId: at });
    if (!out.ok) throw new Error(out.code);
    const call = { access, id: crypto.randomUUID(), copy: out.copy, requestId };
    const fork = newTalk(access, call.id);
    // An existing table makes the commit fail near its end.
    const failed = await runInDurableObject(fork.stub, async (object, { storage }) => {
      storage.sql.exec('create table feedback (seq integer primary key)');
      const answer = await object.fork(call).catch((error: unknown) => String(error));
      storage.sql.exec('drop table feedback');
      return answer;
    });
    expect(failed).toContain('already exists');
    const tables = await rowsOf<{ name: string }>(fork, "select name from sqlite_master where name = 'messages'");
    expect(tables).toEqual([]);
    await abortAllDurableObjects();
    const whole = await newTalk(access, fork.sessionId).stub.fork(call);
    expect(whole.ok).toBe(true);
    await abortAllDurableObjects();
    expect(await wordsIn(newTalk(access, fork.sessionId))).toHaveLength(2);
  });

  it('costs nothing, and earlier costs stay counted once (R36)', async () => {
    const source = newTalk(access);
    await talkThrough(world, source, access, ['One.']);
    const { fork } = await forkAt(source, await lastId(source));
    await expect.poll(async () => (await stored(fork)).messages.length).toBe(2);
    const { conversation, messages, audit } = await stored(fork);
    expect(conversation).toMatchObject({ forkedFrom: source.sessionId, userId: access.userId, audience: 'private' });
    expect(messages.map(({ costMicros, inputTokens }) => [costMicros, inputTokens])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(audit.map(({ event, costMicros }) => [event, costMicros])).toEqual([['session.created', null]]);
    const shown = (await shownMessages(fork, access)).messages;
    expect(shown.map(({ costMicros, usage }) => [costMicros, usage])).toEqual([
      [null, null],
      [null, null],
    ]);
    const paid = (await stored(source)).audit.filter(({ costMicros }) => costMicros !== null);
    expect(paid).toHaveLength(1);
  });

  it('is listed under its original, and outlives it', async () => {
    const source = newTalk(access);
    await talkThrough(world, source, access, ['One.']);
    const { fork } = await forkAt(source, await lastId(source));
    const account = accountOf(env, access.subject);
    const forksOf = () => account.listForks({ orgId: access.orgId, sessionId: source.sessionId });
    await expect.poll(async () => (await forksOf()).map(({ id }) => id)).toEqual([fork.sessionId]);
    await source.stub.remove({ access, requestId });
    expect(await wordsIn(fork)).toHaveLength(2);
    await evictDurableObject(fork.stub);
    await fork.stub.remove({ access, requestId });
    await expect.poll(forksOf).toEqual([]);
  });
});

describe('a fork of a shared conversation', () => {
  it("is private to the person who forked it, and names the authors of others' messages", async () => {
    const eli = await accessOf(ELI);
    const place = await newPlace(access);
    await say(world, place, access, { text: 'How quiet?' }, 'Below 45.');
    const { fork, answer } = await forkAt(place, await lastId(place, eli), eli);
    expect(answer).toMatchObject({ ok: true, session: { audience: 'private' } });
    expect((await shownMessages(fork, eli)).messages[0]?.author).toMatchObject({ id: access.userId });
    // What the page showed the author stays with the original.
    expect(await rowsOf(place, "select note is null as bare from messages where role = 'user'")).toEqual([{ bare: 0 }]);
    expect(await rowsOf(fork, "select note is null as bare from messages where role = 'user'")).toEqual([{ bare: 1 }]);
    const { asked } = await say(world, fork, eli, { text: 'And louder?' }, 'No.');
    const said = JSON.stringify(asked.body.messages);
    expect(said).toContain(`From \\"${access.userName}\\":\\nHow quiet?`);
    expect(said).toContain('"And louder?\\n');
    expect(await fork.stub.read({ access })).toMatchObject({ ok: false, code: 'NOT_FOUND' });
    const guest = await accessOf(NORA);
    expect((await forkAt(place, await lastId(place, eli), guest)).answer).toMatchObject({ code: 'NOT_FOUND' });
  });
});
