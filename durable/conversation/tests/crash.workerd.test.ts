import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Access } from '../../principal.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  draftOf,
  eventsOf,
  idsOf,
  lastOf,
  newTalk,
  readerOf,
  rejoin,
  rowsOf,
  saidIn,
  storedText,
  type Talk,
} from './conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, type World } from './gated-world.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

/** The same conversation with a new stub, because a stub to an aborted object is broken. */
const reopened = (talk: Talk): Talk => newTalk(access, talk.sessionId);

const messagesOf = async (talk: Talk) => {
  const page = await talk.stub.messages({ access, limit: 200, before: null });
  return page.ok ? page.messages : [];
};

describe('an object that dies mid-stream (R43)', () => {
  it('keeps what was shown, marks it interrupted and charges it, and the next message works', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '), piece('two '));
    const seen = await reader.until('two ');
    await abortAllDurableObjects();

    const again = reopened(talk);
    const messages = await messagesOf(again);
    expect(messages[1]).toMatchObject({
      status: 'interrupted',
      parts: [{ type: 'text', content: 'one two ' }],
      error: { code: 'RUN_INTERRUPTED' },
      usage: { estimated: true },
    });
    expect(messages[1]?.costMicros).toBeGreaterThan(0);
    const all = await storedText(again, call.run.runId);
    expect(all.startsWith(seen)).toBe(true);

    const next = readerOf(await ask(again, callOf(again, access, { text: 'and now?' })));
    const second = await world.nextCall();
    expect(JSON.stringify(second.body.messages)).toContain('one two ');
    second.send(HEAD, piece('better'), TAIL);
    expect(saidIn(await next.rest())).toBe('better');
    expect(world.calls).toHaveLength(2);
  });

  it('lets a reader resume after any event without gap or repeat, up to a typed end', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '), piece('two '), piece('three '));
    const seen = await reader.until('three ');
    await abortAllDurableObjects();
    const again = reopened(talk);
    const all = await readerOf(await rejoin(again, access, call.run.runId)).rest();
    expect(lastOf(all)).toMatchObject({ type: 'RUN_ERROR', code: 'RUN_INTERRUPTED' });
    expect(eventsOf(all).filter((event) => event.type.startsWith('RUN_'))).toHaveLength(2);
    expect(idsOf(all)).toEqual(eventsOf(all).map((_, seq) => `${call.run.runId}.${seq}`));
    for (const id of idsOf(seen)) {
      const rest = await readerOf(await ask(again, { ...call, lastEventId: id })).rest();
      const before = all.slice(0, all.length - rest.length);
      expect(idsOf(before).at(-1)).toBe(id);
      expect(before + rest).toBe(all);
    }
    expect(world.calls).toHaveLength(1);
  });

  it('ends queued runs too, without a provider call or a charge', async () => {
    const talk = newTalk(access);
    await ask(talk, callOf(talk, access, { text: 'first' }));
    const queued = callOf(talk, access, { text: 'second' });
    await ask(talk, queued);
    await world.nextCall();
    await abortAllDurableObjects();
    const again = reopened(talk);
    const all = await readerOf(await rejoin(again, access, queued.run.runId)).rest();
    expect(eventsOf(all).map((event) => event.type)).toEqual(['RUN_STARTED', 'RUN_ERROR']);
    const messages = await messagesOf(again);
    expect(messages.map(({ role, status }) => [role, status])).toEqual([
      ['user', 'complete'],
      ['assistant', 'interrupted'],
      ['user', 'complete'],
      ['assistant', 'interrupted'],
    ]);
    expect(messages[3]?.usage).toBeNull();
    expect(world.calls).toHaveLength(1);
  });

  it('is started by its alarm without readers, and ends and delivers the run', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    (await world.nextCall()).send(HEAD, piece('alone '));
    await reader.until('alone ');
    await abortAllDurableObjects();
    const again = reopened(talk);
    await runDurableObjectAlarm(again.stub);
    const rows = await rowsOf(again, "select status from runs where status <> 'interrupted'");
    expect(rows).toEqual([]);
  });

  it("starts even when a run's rows can't be read", async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    (await world.nextCall()).send(HEAD, piece('one '));
    const seen = await reader.until('one ');
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec("update runs set pricing = '{}'");
    });
    await abortAllDurableObjects();
    const again = reopened(talk);
    const all = await readerOf(await rejoin(again, access, call.run.runId)).rest();
    expect(all.startsWith(seen)).toBe(true);
    expect(lastOf(all)).toMatchObject({ type: 'RUN_ERROR', code: 'RUN_INTERRUPTED' });
    expect((await messagesOf(again))[1]).toMatchObject({ status: 'interrupted' });
  });

  it("restarts when an end can't be stored, and then ends the run from its log", async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '));
    const seen = await reader.until('one ');
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec(
        "create trigger broken before update on runs when new.status = 'complete' begin select raise(abort, 'no'); end",
      );
    });
    provider.send(TAIL);
    await reader.rest().catch(() => undefined);
    const again = reopened(talk);
    const all = await readerOf(await rejoin(again, access, call.run.runId)).rest();
    expect(all.startsWith(seen)).toBe(true);
    expect(
      eventsOf(all)
        .filter((event) => event.type.startsWith('RUN_'))
        .map((event) => event.type),
    ).toEqual(['RUN_STARTED', 'RUN_ERROR']);
  });
});

describe('commits are whole or not at all', () => {
  it('leaves nothing behind when an admission fails halfway, and admits the same request later (R41)', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const talk = newTalk(access);
    await talk.stub.create({ access, draft: draftOf(talk), requestId: crypto.randomUUID() });
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec("create trigger broken before insert on messages begin select raise(abort, 'no'); end");
    });
    const call = callOf(talk, access);
    expect((await ask(talk, call)).status).toBe(500);
    expect(await rowsOf(talk, 'select run_id from runs')).toEqual([]);
    expect(await talk.stub.read({ access })).toMatchObject({ ok: true, session: { title: null }, activeRunId: null });
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec('drop trigger broken');
    });
    const reader = readerOf(await ask(talk, call));
    (await world.nextCall()).send(HEAD, piece('works'), TAIL);
    expect(saidIn(await reader.rest())).toBe('works');
  });

  it('finishes an interrupted deletion when the object starts', async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    (await world.nextCall()).send(HEAD, piece('words'), TAIL);
    await reader.rest();
    await runInDurableObject(talk.stub, (_object, state) => {
      state.storage.sql.exec('update session set deleted_at = 1');
    });
    await abortAllDurableObjects();
    const again = reopened(talk);
    expect(await again.stub.read({ access })).toEqual({ ok: false, code: 'NOT_FOUND' });
    for (const table of ['messages', 'events', 'runs'])
      expect(await rowsOf(again, `select * from ${table}`)).toEqual([]);
  });

  it('keeps an alarm set while a run lasts, so that a lost object is found', async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    const alarmOf = () => runInDurableObject(talk.stub, (_object, state) => state.storage.getAlarm());
    expect(await alarmOf()).not.toBeNull();
    await runDurableObjectAlarm(talk.stub);
    expect(await alarmOf()).not.toBeNull();
    provider.send(HEAD, piece('x'), TAIL);
    await reader.rest();
  });
});

describe('an object that is evicted between turns (R43)', () => {
  it('keeps everything', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('kept'), TAIL);
    provider.end();
    const all = await reader.rest();
    await abortAllDurableObjects();
    const again = reopened(talk);
    expect(await readerOf(await ask(again, call)).rest()).toBe(all);
    expect(await messagesOf(again)).toHaveLength(2);
    expect(world.calls).toHaveLength(1);
  });
});

describe('acknowledged messages are kept wherever the object dies (R41)', () => {
  const points: readonly (readonly [string, (talk: Talk) => Promise<void>])[] = [
    ['as soon as the reply begins', async () => undefined],
    ['when the provider was asked', async () => void (await world.nextCall())],
    ['when the provider has begun', async () => (await world.nextCall()).send(HEAD)],
    ['at the first word', async () => (await world.nextCall()).send(HEAD, piece('word'))],
    ['at the end', async () => (await world.nextCall()).send(HEAD, piece('word'), TAIL)],
  ];

  it.each(points)('%s', async (_name, reach) => {
    const talk = newTalk(access);
    const call = callOf(talk, access, { text: 'do not lose this' });
    const response = await ask(talk, call);
    expect(response.status).toBe(200);
    await reach(talk);
    await abortAllDurableObjects();
    const again = reopened(talk);
    const messages = await messagesOf(again);
    expect(messages[0]).toMatchObject({ role: 'user', parts: [{ type: 'text', content: 'do not lose this' }] });
    expect(messages[1]?.status).toMatch(/^(interrupted|complete)$/);
    expect(lastOf(await readerOf(await ask(again, call)).rest())?.type).toMatch(/^RUN_(ERROR|FINISHED)$/);
    expect(world.calls.length).toBeLessThanOrEqual(1);
  });
});
