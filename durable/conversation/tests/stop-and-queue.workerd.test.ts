import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../../principal.ts';
import { textOf } from '../history/transcript.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  eventsOf,
  lastOf,
  newTalk,
  readerOf,
  saidIn,
  storedText,
  type Talk,
} from './conversation-client.fixture.ts';
import { createWorld, HEAD, HEAD_INPUT_TOKENS, piece, TAIL, type World } from './gated-world.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

const messagesOf = async (talk: Talk) => {
  const page = await talk.stub.messages({ access, limit: 200, before: null });
  if (!page.ok) throw new Error(page.code);
  return page;
};

describe('stop (R49)', () => {
  it('aborts the request, closes open parts, and keeps and charges the received part', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('kept '));
    await reader.until('kept ');
    expect(await talk.stub.cancel({ access, runId: call.run.runId })).toEqual({ ok: true, status: 'stopping' });
    await provider.aborted();
    const events = eventsOf(await reader.rest());
    expect(events.slice(-3).map((event) => event.type)).toEqual(['TEXT_MESSAGE_END', 'CUSTOM', 'RUN_FINISHED']);
    expect(events.at(-1)).toMatchObject({ outcome: { type: 'cancelled' } });
    const { messages, activeRunId } = await messagesOf(talk);
    expect(activeRunId).toBeNull();
    expect(messages[1]).toMatchObject({
      status: 'stopped',
      parts: [{ type: 'text', content: 'kept ' }],
      usage: { ...HEAD_INPUT_TOKENS, estimated: true },
    });
    expect(messages[1]?.costMicros).toBeGreaterThan(0);
  });

  it('stops a run whose stop arrived before it, in a new conversation and in a known one', async () => {
    const talk = newTalk(access);
    for (const attempt of ['new', 'known']) {
      const call = callOf(talk, access, { text: attempt });
      expect(await talk.stub.cancel({ access, runId: call.run.runId })).toEqual({ ok: false, code: 'NOT_FOUND' });
      const events = eventsOf(await readerOf(await ask(talk, call)).rest());
      expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    }
  });

  it('ends a run before its first byte, and the next message works', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    await talk.stub.cancel({ access, runId: call.run.runId });
    await provider.aborted();
    expect(lastOf(await reader.rest())).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    const next = readerOf(await ask(talk, callOf(talk, access)));
    (await world.nextCall()).send(HEAD, piece('fine'), TAIL);
    expect(saidIn(await next.rest())).toBe('fine');
  });

  it('removes a queued run without a provider call or a charge', async () => {
    const talk = newTalk(access);
    const running = readerOf(await ask(talk, callOf(talk, access)));
    const queued = callOf(talk, access, { text: 'second' });
    const reader = readerOf(await ask(talk, queued));
    await talk.stub.cancel({ access, runId: queued.run.runId });
    const events = eventsOf(await reader.rest());
    expect(events.map((event) => event.type)).toEqual(['RUN_STARTED', 'RUN_FINISHED']);
    (await world.nextCall()).send(HEAD, piece('first'), TAIL);
    await running.rest();
    expect(world.calls).toHaveLength(1);
    const { messages } = await messagesOf(talk);
    expect(messages.map(({ role, status }) => [role, status])).toEqual([
      ['user', 'complete'],
      ['assistant', 'complete'],
      ['user', 'complete'],
      ['assistant', 'stopped'],
    ]);
    expect(messages[3]).toMatchObject({ parts: [], usage: null, costMicros: null });
  });

  it('returns how an ended run ended, stops a run once, and finds no unknown run', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('done'), TAIL);
    await reader.rest();
    expect(await talk.stub.cancel({ access, runId: call.run.runId })).toEqual({ ok: true, status: 'complete' });
    expect(await talk.stub.cancel({ access, runId: 'unknown' })).toEqual({ ok: false, code: 'NOT_FOUND' });
    expect(await readerOf(await ask(talk, call)).rest()).toBe(reader.text());
  });
});

describe('the queue', () => {
  it('answers in order, one at a time, each next to its question', async () => {
    const talk = newTalk(access);
    const names = ['one', 'two', 'three'];
    const readers = [];
    for (const text of names) readers.push(readerOf(await ask(talk, callOf(talk, access, { text }))));
    for (const [index, reader] of readers.entries()) {
      const provider = await world.nextCall();
      expect(world.calls).toHaveLength(index + 1);
      expect(JSON.stringify(provider.body.messages.at(-1))).toContain(names[index]);
      provider.send(HEAD, piece(`answer ${names[index]}`), TAIL);
      await reader.rest();
    }
    const { messages } = await messagesOf(talk);
    expect(messages.map((message) => textOf(message.parts))).toEqual([
      'one',
      'answer one',
      'two',
      'answer two',
      'three',
      'answer three',
    ]);
  });

  it('sends the model the earlier turns in order', async () => {
    const talk = newTalk(access);
    for (const text of ['one', 'two', 'three']) {
      const reader = readerOf(await ask(talk, callOf(talk, access, { text })));
      (await world.nextCall()).send(HEAD, piece(`answer ${text}`), TAIL);
      await reader.rest();
    }
    expect(world.calls[2]?.body.messages.map(({ role, content }) => [role, JSON.stringify(content)])).toEqual([
      ['user', expect.stringContaining('one')],
      ['assistant', expect.stringContaining('answer one')],
      ['user', expect.stringContaining('two')],
      ['assistant', expect.stringContaining('answer two')],
      ['user', expect.stringContaining('three')],
    ]);
  });

  it('gives a burst exactly the free places, and accepts refused messages later (R37)', async () => {
    const talk = newTalk(access);
    const calls = Array.from({ length: 60 }, (_, index) => callOf(talk, access, { text: `question ${index}` }));
    const responses = await Promise.all(calls.map((call) => ask(talk, call)));
    const refused = responses.filter((response) => response.status === 429);
    expect(responses.length - refused.length).toBe(9);
    expect(await refused[0]?.json()).toMatchObject({ ok: false, code: 'QUEUE_FULL', retryAfterSeconds: 10 });
    expect((await messagesOf(talk)).messages.filter((message) => message.role === 'user')).toHaveLength(9);
    const admitted = responses.filter((response) => response.status === 200).map(readerOf);
    for (const reader of admitted) {
      (await world.nextCall()).send(HEAD, piece('ok'), TAIL);
      await reader.rest();
    }
    const again = readerOf(await ask(talk, calls.at(-1) ?? callOf(talk, access)));
    (await world.nextCall()).send(HEAD, piece('now'), TAIL);
    expect(saidIn(await again.rest())).toBe('now');
  });
});

describe('the transcript of a running answer', () => {
  it('is stored before it is shown', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '), piece('two '), piece('three '));
    await reader.until('one ');
    const { messages, activeRunId } = await messagesOf(talk);
    expect(activeRunId).toBe(call.run.runId);
    const shown = textOf(messages[1]?.parts ?? []);
    expect(shown).toMatch(/^one /);
    expect(saidIn(await storedText(talk, call.run.runId)).startsWith(shown)).toBe(true);
    provider.send(TAIL);
    await reader.rest();
  });
});

describe('models', () => {
  it("refuses a requested model that the plan doesn't have", async () => {
    const free: Access = { ...access, plan: 'free' };
    const talk = newTalk(free);
    const response = await ask(talk, callOf(talk, free, { model: 'claude-opus-4-7' }));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'MODEL_NOT_IN_PLAN' });
    expect(await talk.stub.read({ access: free })).toEqual({ ok: false, code: 'NOT_FOUND' });
  });

  it("answers with the default model when the conversation's model left the plan", async () => {
    const talk = newTalk(access);
    const reader = readerOf(await ask(talk, callOf(talk, access, { model: 'claude-opus-4-7' })));
    const first = await world.nextCall();
    expect(first.body.model).toBe('claude-opus-4-7');
    first.send(HEAD, piece('a'), TAIL);
    await reader.rest();
    const free: Access = { ...access, plan: 'free' };
    const next = readerOf(await ask(talk, callOf(talk, free)));
    const second = await world.nextCall();
    expect(second.body.model).toBe('claude-sonnet-5-5');
    second.send(HEAD, piece('b'), TAIL);
    await next.rest();
    expect(await talk.stub.read({ access })).toMatchObject({ ok: true, session: { model: 'claude-opus-4-7' } });
  });
});
