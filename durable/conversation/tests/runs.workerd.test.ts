import { EventSchemas } from '@ag-ui/core/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../../principal.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  eventsOf,
  idsOf,
  lastOf,
  newTalk,
  readerOf,
  rejoin,
  saidIn,
  storedText,
} from './conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, type World } from './gated-world.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

describe('the stream of a run', () => {
  it('contains AG-UI events in the order that clients need, with title and cost', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access, { text: 'What replaced P-1001.2? I need it today.' });
    const response = await ask(talk, call);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
    const provider = await world.nextCall();
    provider.send(HEAD, piece('P-1002 '), piece('did.'), TAIL);
    provider.end();
    const text = await readerOf(response).rest();
    const events = eventsOf(text);

    expect(events.map((event) => (event.type === 'CUSTOM' ? event.name : event.type))).toEqual([
      'RUN_STARTED',
      'title',
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
      'cost',
      'RUN_FINISHED',
    ]);
    for (const event of events) expect(EventSchemas.safeParse(event).error).toBeUndefined();
    expect(events[0]).toMatchObject({ threadId: talk.sessionId, runId: call.run.runId, protocolVersion: '1.0' });
    expect(events[1]).toMatchObject({ value: { title: 'What replaced P-1001.2?' } });
    expect(events[6]).toMatchObject({
      value: { model: 'claude-sonnet-5-5', costMicros: 12 * 2 + 42 * 10 + 100 + 500 },
    });
    expect(events[7]).toMatchObject({
      outcome: { type: 'success' },
      usage: [{ provider: 'demo', inputTokens: 1212, outputTokens: 42, cachedInputTokens: 1000 }],
    });
    expect(idsOf(text)).toEqual(events.map((_, seq) => `${call.run.runId}.${seq}`));
    expect(text).not.toContain('[DONE]');
  });

  it('shows only events that are stored', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD);
    for (const word of ['one ', 'two ', 'three ', 'four ']) {
      provider.send(piece(word));
      const seen = await reader.until(word);
      expect(await storedText(talk, call.run.runId)).toContain(seen);
    }
    provider.send(TAIL);
    const all = await reader.rest();
    expect(await storedText(talk, call.run.runId)).toBe(all);
  });

  it('gives several readers identical bytes, from wherever they join', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const first = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '));
    await first.until('one ');
    const joined = await Promise.all([1, 2, 3].map(async () => readerOf(await rejoin(talk, access, call.run.runId))));
    provider.send(piece('two '));
    await Promise.all(joined.map((reader) => reader.until('two ')));
    const late = readerOf(await rejoin(talk, access, call.run.runId));
    provider.send(TAIL);
    const texts = await Promise.all([first, ...joined, late].map((reader) => reader.rest()));
    expect(new Set(texts).size).toBe(1);
    expect(saidIn(texts[0] ?? '')).toBe('one two ');
    expect(await readerOf(await rejoin(talk, access, call.run.runId)).rest()).toBe(texts[0]);
  });
});

describe('a repeated runId (R44)', () => {
  it('replays the run, live and after its end, and calls no model', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const first = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '));
    await first.until('one ');
    const again = readerOf(await ask(talk, call));
    expect(await again.until('one ')).toBe(first.text());
    provider.send(TAIL);
    expect(await again.rest()).toBe(await first.rest());
    expect(await readerOf(await ask(talk, call)).rest()).toBe(first.text());
    expect(world.calls).toHaveLength(1);
  });

  it('is refused with 422 when the body differs', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const reader = readerOf(await ask(talk, call));
    const other = await ask(talk, { ...call, run: { ...call.run, digest: 'e'.repeat(64) } });
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ ok: false, code: 'RUN_ID_REUSED' });
    (await world.nextCall()).send(HEAD, TAIL);
    await reader.rest();
    expect(world.calls).toHaveLength(1);
  });

  it('makes one provider call, one message and one answer out of 500 requests at once', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const readers = Promise.all(Array.from({ length: 500 }, async () => readerOf(await ask(talk, call)).rest()));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('once'), TAIL);
    provider.end();
    const texts = await readers;
    expect(new Set(texts).size).toBe(1);
    expect(saidIn(texts[0] ?? '')).toBe('once');
    expect(world.calls).toHaveLength(1);
    const page = await talk.stub.messages({ access, limit: 50, before: null });
    expect(page.ok && page.messages.map((message) => message.role)).toEqual(['user', 'assistant']);
  });
});

describe('resuming a run', () => {
  it('continues strictly after Last-Event-ID, at every event, live and ended', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const first = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '), piece('two '));
    await first.until('two ');
    const live = await Promise.all(
      idsOf(first.text()).map(async (id) => ({ id, reader: readerOf(await ask(talk, { ...call, lastEventId: id })) })),
    );
    provider.send(piece('three'), TAIL);
    const all = await first.rest();
    const follows = (id: string) => all.slice(all.indexOf('\n\n', all.indexOf(`id: ${id}\n`)) + 2);
    for (const { id, reader } of live) expect(await reader.rest()).toBe(follows(id));
    for (const id of idsOf(all)) {
      expect(await readerOf(await ask(talk, { ...call, lastEventId: id })).rest()).toBe(follows(id));
      expect(await readerOf(await rejoin(talk, access, call.run.runId, id)).rest()).toBe(follows(id));
    }
    expect(world.calls).toHaveLength(1);
  });

  it('starts from the beginning for an id of another run or an unknown id', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const first = readerOf(await ask(talk, call));
    (await world.nextCall()).send(HEAD, piece('one'), TAIL);
    const all = await first.rest();
    for (const id of ['other.3', 'nonsense', `${call.run.runId}.`]) {
      expect(await readerOf(await rejoin(talk, access, call.run.runId, id)).rest()).toBe(all);
    }
  });

  it('returns not found for an unknown run', async () => {
    const talk = newTalk(access);
    const first = readerOf(await ask(talk, callOf(talk, access)));
    (await world.nextCall()).send(HEAD, piece('one'), TAIL);
    await first.rest();
    expect((await rejoin(talk, access, 'unknown')).status).toBe(404);
  });
});

describe("readers don't hold up the run (R49)", () => {
  it('continues when a reader leaves', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const leaving = readerOf(await ask(talk, call));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one '));
    await leaving.until('one ');
    await leaving.leave();
    provider.send(piece('two '));
    const back = readerOf(await rejoin(talk, access, call.run.runId));
    await back.until('two ');
    provider.send(TAIL);
    expect(lastOf(await back.rest())).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
  });

  it('continues when a reader takes nothing', async () => {
    const talk = newTalk(access);
    const call = callOf(talk, access);
    const stalled = await ask(talk, call);
    const provider = await world.nextCall();
    provider.send(HEAD, ...Array.from({ length: 200 }, () => piece('x'.repeat(1_000))), TAIL);
    const other = await readerOf(await rejoin(talk, access, call.run.runId)).rest();
    expect(saidIn(other)).toHaveLength(200_000);
    expect(lastOf(other)).toMatchObject({ type: 'RUN_FINISHED' });
    await stalled.body?.cancel();
  });
});
