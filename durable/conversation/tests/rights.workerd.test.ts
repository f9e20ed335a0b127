import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Access } from '../../principal.ts';
import {
  ADA,
  accessOf,
  ageSnapshot,
  ask,
  callOf,
  draftOf,
  ELI,
  eventsOf,
  lastOf,
  NORA,
  newTalk,
  readerOf,
  rejoin,
  rowsOf,
  saidIn,
  type Talk,
} from './conversation-client.fixture.ts';
import { createSignal, createWorld, HEAD, piece, TAIL, until, type World } from './gated-world.fixture.ts';

const OLD_MS = 31_000;
const TOO_OLD_MS = 11 * 60_000;

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(async () => {
  world.restore();
  // Expires the snapshot, so that the next test queries Postgres again.
  await ageSnapshot(ADA, OLD_MS);
});

/** Rights that neither the request nor the Account has confirmed recently. */
async function staleAccess(ageMs = OLD_MS): Promise<Access> {
  await ageSnapshot(ADA, ageMs);
  return { ...access, confirmedAt: Date.now() - ageMs };
}

const messagesOf = async (talk: Talk) => {
  const page = await talk.stub.messages({ access, limit: 200, before: null });
  return page.ok ? page.messages : [];
};

describe('a run starts on last known rights and is shown on confirmed ones', () => {
  it('shows the run at once when rights are fresh', async () => {
    const talk = newTalk(access);
    const asked = world.state.membershipQuestions;
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    (await world.nextCall()).send(HEAD, piece('at once'));
    await reader.until('at once');
    expect(world.state.membershipQuestions).toBe(asked);
  });

  it('asks the provider while older rights are confirmed, and stores and shows nothing before', async () => {
    const stale = await staleAccess();
    world.state.membershipGate = createSignal();
    const talk = newTalk(access);
    const call = callOf(talk, stale);
    let hasReplied = false;
    const response = ask(talk, call).then((reply) => {
      hasReplied = true;
      return reply;
    });
    const provider = await world.nextCall();
    provider.send(HEAD, piece('held words'));
    await until(() => world.state.membershipQuestions > 0);
    expect(hasReplied).toBe(false);
    expect(await rowsOf(talk, 'select * from events')).toEqual([]);
    expect((await messagesOf(talk))[1]).toMatchObject({ status: 'streaming', parts: [] });
    world.state.membershipGate.set();
    const reader = readerOf(await response);
    await reader.until('held words');
    provider.send(TAIL);
    expect(saidIn(await reader.rest())).toBe('held words');
  });

  it.each([
    ['a membership that is gone', 'none', 'ACCESS_REVOKED'],
    ['an assistant that was turned off', 'assistant off', 'ASSISTANT_DISABLED'],
  ] as const)('%s is a real 403; no word is shown or kept, and the use is charged (R13)', async (_name, say, code) => {
    const stale = await staleAccess();
    world.state.memberships = say;
    world.state.membershipGate = createSignal();
    const talk = newTalk(access);
    const call = callOf(talk, stale);
    const response = ask(talk, call);
    const provider = await world.nextCall();
    provider.send(HEAD, piece('secret words'));
    world.state.membershipGate.set();
    const refusal = await response;
    expect(refusal.status).toBe(403);
    expect(await refusal.json()).toMatchObject({ ok: false, code });
    await provider.aborted();
    const everything = JSON.stringify([
      await rowsOf(talk, 'select * from events'),
      await rowsOf(talk, 'select * from messages'),
      await rowsOf(talk, 'select * from outbox'),
    ]);
    expect(everything).not.toContain('secret');
    const [, answer] = await messagesOf(talk);
    expect(answer).toMatchObject({ status: 'failed', parts: [], error: { code } });
    expect(answer?.costMicros).toBeGreaterThan(0);
    world.state.memberships = 'real';
    const replay = await readerOf(await ask(talk, { ...call, access })).rest();
    expect(eventsOf(replay).map((event) => event.type)).toEqual(['RUN_STARTED', 'CUSTOM', 'RUN_ERROR']);
    expect(world.calls).toHaveLength(1);
  });

  it('uses the last confirmation for a while without Postgres, then shows nothing (R48)', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    world.state.database = 'down';
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, await staleAccess())));
    (await world.nextCall()).send(HEAD, piece('works'), TAIL);
    expect(saidIn(await reader.rest())).toBe('works');

    const refused = ask(talk, callOf(talk, await staleAccess(TOO_OLD_MS)));
    (await world.nextCall()).send(HEAD, piece('hidden'), TAIL);
    const reply = await refused;
    expect(reply.status).toBe(503);
    expect(await reply.json()).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(JSON.stringify(await messagesOf(talk))).not.toContain('hidden');
  });

  it('ends the run at the next check when rights are lost, and keeps what was shown (R13)', async () => {
    const beats: (() => void)[] = [];
    const realSetInterval = globalThis.setInterval;
    vi.spyOn(globalThis, 'setInterval').mockImplementation(((callback: () => void, ms: number) => {
      if (ms === 30_000) beats.push(callback);
      return realSetInterval(callback, ms);
    }) as typeof setInterval);
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('shown'));
    await reader.until('shown');
    await ageSnapshot(ADA, OLD_MS);
    world.state.memberships = 'none';
    await runInDurableObject(talk.stub, () => beats[0]?.());
    await provider.aborted();
    const text = await reader.rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_ERROR', code: 'ACCESS_REVOKED' });
    const [, answer] = await messagesOf(talk);
    expect(answer).toMatchObject({ status: 'failed', parts: [{ type: 'text', content: 'shown' }] });
    expect(answer?.costMicros).toBeGreaterThan(0);
  });

  it('shows a stored run again only on confirmed rights', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    (await world.nextCall()).send(HEAD, piece('stored'), TAIL);
    await reader.rest();
    const stale = await staleAccess();
    world.state.memberships = 'none';
    expect((await ask(talk, { ...call, access: stale })).status).toBe(403);
    expect((await rejoin(talk, stale, call.run.runId)).status).toBe(403);
    world.state.memberships = 'real';
    expect(await readerOf(await ask(talk, { ...call, access: await staleAccess() })).rest()).toBe(reader.text());
  });

  it('ends a queued run with a typed error in its own stream when rights were lost meanwhile', async () => {
    const talk = newTalk(access);
    const running = readerOf(await ask(talk, callOf(talk, access)));
    const first = await world.nextCall();
    const queued = readerOf(await ask(talk, callOf(talk, await staleAccess())));
    world.state.memberships = 'none';
    first.send(HEAD, piece('first'), TAIL);
    await running.rest();
    (await world.nextCall()).send(HEAD, piece('secret'));
    const text = await queued.rest();
    expect(text).not.toContain('secret');
    expect(lastOf(text)).toMatchObject({ type: 'RUN_ERROR', code: 'ACCESS_REVOKED' });
  });

  it('ends the run when stopped while rights are checked, and a refusal still hides it', async () => {
    const stale = await staleAccess();
    world.state.memberships = 'none';
    world.state.membershipGate = createSignal();
    const talk = newTalk(access);
    const call = callOf(talk, stale);
    const response = ask(talk, call);
    const provider = await world.nextCall();
    provider.send(HEAD, piece('secret'));
    await talk.stub.cancel({ access, runId: call.run.runId });
    await provider.aborted();
    world.state.membershipGate.set();
    expect((await response).status).toBe(403);
    expect(JSON.stringify(await messagesOf(talk))).not.toContain('secret');
  });
});

describe('for anyone but its owner a conversation does not exist (R12)', () => {
  it('gives another org, another member and guessed ids the same replies', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    (await world.nextCall()).send(HEAD, piece('mine'), TAIL);
    await reader.rest();
    const eli = await accessOf(ELI);
    const nora = await accessOf(NORA);
    const { runId } = call.run;
    const requestId = crypto.randomUUID();

    const answers = async (stranger: Access, at: Talk) => {
      const replay = await rejoin(at, stranger, runId);
      return [
        await at.stub.read({ access: stranger }),
        await at.stub.messages({ access: stranger, limit: 50, before: null }),
        await at.stub.patch({ access: stranger, patch: { title: 'mine now' }, requestId }),
        await at.stub.cancel({ access: stranger, runId }),
        await at.stub.remove({ access: stranger, requestId }),
        [replay.status, await replay.json()],
      ];
    };
    const missing = await answers(eli, newTalk(eli));
    expect(missing[0]).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await answers(eli, talk)).toEqual(missing);
    expect(await answers(nora, newTalk(nora, talk.sessionId))).toEqual(missing);
    // Even if an object were addressed with the wrong org's name.
    expect(await answers(nora, talk)).toEqual(missing);
    const stolen = await ask(talk, callOf(talk, eli));
    expect([stolen.status, await stolen.json()]).toEqual(missing[5]);
    expect(await talk.stub.create({ access: eli, draft: draftOf(talk), requestId })).toEqual(missing[0]);
    expect(world.calls).toHaveLength(1);
    expect(await messagesOf(talk)).toHaveLength(2);
  });

  it('opens nothing and stores nothing for 1,000 guessed ids', async () => {
    const eli = await accessOf(ELI);
    const guesses = Array.from({ length: 1_000 }, () => newTalk(eli));
    const answers = await Promise.all(guesses.map((talk) => talk.stub.read({ access: eli })));
    expect(answers.every((answer) => !answer.ok && answer.code === 'NOT_FOUND')).toBe(true);
    const [one] = guesses;
    expect(
      one && (await rowsOf(one, "select name from sqlite_master where name not like '\\_cf%' escape '\\'")),
    ).toEqual([]);
  });
});
