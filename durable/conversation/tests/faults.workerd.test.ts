import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import type { Access } from '../../principal.ts';
import { textOf } from '../history/transcript.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  draftOf,
  eventsOf,
  newTalk,
  readerOf,
  rowsOf,
  saidIn,
  type Talk,
} from './conversation-client.fixture.ts';
import {
  createWorld,
  HEAD,
  HEAD_INPUT_TOKENS,
  type ProviderCall,
  piece,
  TAIL,
  type World,
} from './gated-world.fixture.ts';

let world: World;
let access: Access;
let logged: MockInstance;
beforeEach(async () => {
  logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

const answerOf = async (talk: Talk) => {
  const page = await talk.stub.messages({ access, limit: 10, before: null });
  if (!page.ok) throw new Error(page.code);
  return page.messages.findLast((message) => message.role === 'assistant');
};

async function fail(act: (provider: ProviderCall) => void) {
  const talk = newTalk(access);
  const reader = readerOf(await ask(talk, callOf(talk, access)));
  act(await world.nextCall());
  const text = await reader.rest();
  return { talk, text, events: eventsOf(text), answer: await answerOf(talk) };
}

const OVERLOADED =
  'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';

describe('a provider that fails (R45)', () => {
  it.each([
    [400, 'PROVIDER_REFUSED'],
    [401, 'PROVIDER_AUTH'],
    [404, 'PROVIDER_NO_MODEL'],
    [413, 'PROVIDER_CONTEXT'],
    [307, 'PROVIDER_REFUSED'],
  ])('before the first byte with %i ends the run typed and costs nothing', async (status, code) => {
    const { events, answer } = await fail((provider) => provider.refuse(status));
    expect(events.map((event) => (event.type === 'CUSTOM' ? event.name : event.type))).toEqual([
      'RUN_STARTED',
      'title',
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_END',
      'cost',
      'RUN_ERROR',
    ]);
    expect(events.at(-1)).toMatchObject({ code });
    const ending = { kind: 'failed', cause: code, requestId: expect.any(String) };
    expect(answer).toMatchObject({ status: 'failed', costMicros: 0, error: { code }, ending });
    expect(events.at(-1)?.metadata).toEqual({ groundwire: { ending: answer?.ending } });
  });

  it.each<readonly [string, string, (provider: ProviderCall) => void]>([
    [
      'an error inside the stream',
      'PROVIDER_OVERLOADED',
      (provider) => provider.send(HEAD, piece('some '), OVERLOADED),
    ],
    [
      'a stream that just ends',
      'PROVIDER_BROKEN_STREAM',
      (provider) => {
        provider.send(HEAD, piece('some '));
        provider.end();
      },
    ],
    [
      'a connection that breaks',
      'PROVIDER_BROKEN_STREAM',
      (provider) => {
        provider.send(HEAD, piece('some '));
        provider.reset();
      },
    ],
    [
      'bad JSON',
      'PROVIDER_BROKEN_STREAM',
      (provider) => provider.send(HEAD, piece('some '), 'event: x\ndata: {nope\n\n'),
    ],
  ])('%s in mid-text ends the run typed, keeps what came and charges it', async (_name, code, act) => {
    const { talk, text, events, answer } = await fail(act);
    expect(saidIn(text)).toBe('some ');
    expect(events.slice(-3).map((event) => event.type)).toEqual(['TEXT_MESSAGE_END', 'CUSTOM', 'RUN_ERROR']);
    expect(events.at(-1)).toMatchObject({ code });
    expect(answer).toMatchObject({
      status: 'failed',
      parts: [{ type: 'text', content: 'some ' }],
      usage: { ...HEAD_INPUT_TOKENS, estimated: true },
    });
    expect(answer?.costMicros).toBeGreaterThan(0);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    (await world.nextCall()).send(HEAD, piece('works'), TAIL);
    expect(saidIn(await reader.rest())).toBe('works');
  });

  it('is a typed failure when the answer is empty', async () => {
    const { events } = await fail((provider) => provider.send(HEAD, TAIL));
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'PROVIDER_NO_ANSWER' });
  });

  it('stores an answer that comes in one giant piece, in rows of a normal size', async () => {
    const giant = '世'.repeat(200_000);
    const { text, talk, answer } = await fail((provider) => provider.send(HEAD, piece(giant), TAIL));
    expect(saidIn(text)).toBe(giant);
    expect(answer?.parts).toEqual([{ type: 'text', content: giant }]);
    const rows = await rowsOf<{ chars: number }>(talk, 'select max(length(frames)) as chars from events');
    expect(rows[0]?.chars).toBeLessThan(100_000);
  });

  it('cuts off an answer that is too long, keeps what fits, and the conversation continues', async () => {
    const { events, talk, answer } = await fail((provider) => {
      provider.send(HEAD);
      for (let count = 0; count < 40; count += 1) provider.send(piece('x'.repeat(10_000)));
    });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', result: { finishReason: 'length' } });
    expect(answer).toMatchObject({ status: 'complete', ending: { kind: 'cut', cause: 'answer_size' } });
    expect(textOf(answer?.parts ?? [])).toHaveLength(256 * 1024);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    // So much text is summarized before the next answer.
    for (const text of ['a long answer', 'works']) (await world.nextCall()).send(HEAD, piece(text), TAIL);
    expect(saidIn(await reader.rest())).toBe('works');
  });

  it("never passes a provider's error text to the client or the log", async () => {
    const leak = 'event: error\ndata: {"type":"error","error":{"type":"strange","message":"sk-secret-123"}}\n\n';
    const { text } = await fail((provider) => provider.send(HEAD, piece('a'), leak));
    expect(text + JSON.stringify(logged.mock.calls)).not.toContain('sk-secret');
  });
});

describe('rows written for an answer', () => {
  it('are few apart from its events', async () => {
    const talk = newTalk(access);
    await talk.stub.create({
      access,
      draft: draftOf(talk),
      requestId: crypto.randomUUID(),
    });
    while ((await rowsOf(talk, 'select seq from outbox')).length > 0) await runDurableObjectAlarm(talk.stub);
    const counted = await countRows(talk);
    const reader = readerOf(await ask(talk, callOf(talk, access)));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('one'), TAIL);
    provider.end();
    await reader.rest();
    while ((await rowsOf(talk, 'select seq from outbox')).length > 0) await runDurableObjectAlarm(talk.stub);
    expect(Object.values(counted()).reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(21);
  });
});

/** Counts the rows that the object writes from now on. */
async function countRows(talk: Talk): Promise<() => Record<string, number>> {
  const counts: Record<string, number> = {};
  await runInDurableObject(talk.stub, (_object, state) => {
    const { sql } = state.storage;
    const prototype: SqlStorage = Object.getPrototypeOf(sql);
    const { exec } = prototype;
    prototype.exec = function countingExec<T extends Record<string, SqlStorageValue>>(
      this: SqlStorage,
      query: string,
      ...bindings: unknown[]
    ) {
      const cursor = exec.call(this, query, ...bindings) as SqlStorageCursor<T>;
      const name = query.trim().split(/\s+/).slice(0, 4).join(' ');
      if (this === sql && cursor.rowsWritten > 0) counts[name] = (counts[name] ?? 0) + cursor.rowsWritten;
      return cursor;
    };
  });
  return () => counts;
}
