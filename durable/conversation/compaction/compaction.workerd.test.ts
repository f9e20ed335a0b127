import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BranchStart, RunCall } from '../../contracts/conversation.ts';
import { NO_USAGE, planTokensOf } from '../../contracts/usage.ts';
import type { Access } from '../../principal.ts';
import { figuresOf, limited, settled, startMonth } from '../tests/budget-talk.fixture.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  ELI,
  eventsOf,
  lastOf,
  newTalk,
  readerOf,
  rejoin,
  rowsOf,
  saidIn,
  type Talk,
  VIC,
} from '../tests/conversation-client.fixture.ts';
import {
  createWorld,
  HEAD,
  HEAD_INPUT_TOKENS,
  type ProviderCall,
  piece,
  type World,
  words,
} from '../tests/gated-world.fixture.ts';
import { newPlace } from '../tests/shared-talk.fixture.ts';
import { queryAs, shownMessages } from '../tests/tool-talk.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

const requestId = crypto.randomUUID();
/** Five of these are too many for a prompt. */
const long = (name: string): string => `${name} ${'word '.repeat(4_000)}`;
const NOTES = 'The user asked about fact-1, fact-2 and fact-3.';
const USED = planTokensOf({ ...HEAD_INPUT_TOKENS, outputTokens: 42 });

/** A request for a summary has no tools. */
const isSummary = ({ body }: ProviderCall): boolean => body.tools === undefined || body.tools.length === 0;

function send(call: ProviderCall, bytes: string): ProviderCall {
  call.send(bytes);
  return call;
}

function reply(call: ProviderCall, text: string): ProviderCall {
  send(call, words(text)).end();
  return call;
}

type Said = { readonly text: string; readonly runId: string; readonly answered: ProviderCall };

/** A question and its answer, without a summary. */
async function say(talk: Talk, name: string, by = access, branch?: BranchStart): Promise<Said> {
  const call = callOf(talk, by, { text: long(name) });
  const reader = readerOf(await ask(talk, branch ? { ...call, run: { ...call.run, branch } } : call));
  const answered = await world.nextCall();
  expect(isSummary(answered)).toBe(false);
  reply(answered, `answer ${name}`);
  return { text: await reader.rest(), runId: call.run.runId, answered };
}

/** Four turns; the fifth is summarized first. */
async function filled(by = access, talk = newTalk(by)): Promise<Talk> {
  for (const name of ['fact-1', 'fact-2', 'fact-3', 'fact-4']) await say(talk, name, by);
  return talk;
}

async function askCrowded(talk: Talk, by = access, name = 'fact-5') {
  const call = callOf(talk, by, { text: long(name) });
  const reader = readerOf(await ask(talk, call));
  const summary = await world.nextCall();
  expect(isSummary(summary)).toBe(true);
  return { runId: call.run.runId, reader, summary };
}

/** A conversation whose first three turns are summarized. */
async function summarized(by = access, talk?: Talk) {
  const filledTalk = await filled(by, talk);
  const { reader, summary, runId } = await askCrowded(filledTalk, by);
  reply(summary, NOTES);
  const answered = reply(await world.nextCall(), 'answer fact-5');
  return { talk: filledTalk, summary, answered, runId, text: await reader.rest() };
}

const promptOf = ({ body }: ProviderCall): string => JSON.stringify(body.messages);
const stepsIn = (text: string) =>
  eventsOf(text).flatMap((event) =>
    event.type === 'CUSTOM' && event.name === 'compaction' ? [event.value as Record<string, unknown>] : [],
  );
const markedIn = async (talk: Talk, by = access) =>
  (await shownMessages(talk, by)).messages.flatMap((message) =>
    message.earlier ? [{ text: message.parts[0], ...message.earlier }] : [],
  );
const audits = async (talk: Talk, by = access) =>
  queryAs(
    by,
    sql`select input_tokens::int, cost_micros::int, error, budget_month, model from audit_log
        where session_id = ${talk.sessionId} and event = 'history.summarized'`,
  );

/** What a provider's prompt cache compares, in its order, without the breakpoints. */
function cachedPartsOf({ body }: ProviderCall): string[] {
  const { system, tools, messages } = body as ProviderCall['body'] & { readonly system: unknown };
  const bytes = (part: unknown): string =>
    JSON.stringify(part, (key, value: unknown) => (key === 'cache_control' ? undefined : value));
  return [tools, system, ...messages].map(bytes);
}

describe('a conversation that no longer fits (R54)', () => {
  it('is summarized once by its own model, and the answer reads the summary and the newest turns', async () => {
    const { talk, summary, answered, text } = await summarized();
    const record = promptOf(summary);
    for (const fact of ['fact-1', 'fact-2', 'fact-3', 'answer fact-3']) expect(record).toContain(fact);
    expect(record).not.toContain('fact-4');
    expect(summary.body.model).toBe(answered.body.model);
    const prompt = promptOf(answered);
    expect(prompt).toContain(`> ${NOTES}`);
    expect(prompt).not.toContain('answer fact-3');
    expect(prompt).toContain('answer fact-4');
    expect(JSON.stringify((answered.body as { system?: unknown }).system)).not.toContain(NOTES);
    expect(saidIn(text)).toBe('answer fact-5');
    expect(stepsIn(text)).toMatchObject([
      { status: 'started' },
      { status: 'ended', error: null, earlier: { questions: 2, hasSummary: true, isPartial: false } },
    ]);
    expect(text).not.toContain(NOTES);
    expect(await markedIn(talk)).toMatchObject([
      { text: { content: long('fact-4') }, isPartial: false, summary: { text: NOTES } },
    ]);
    expect((await shownMessages(talk, access)).messages).toHaveLength(10);
  });

  it('sends the same bytes before the newest turn until the next summary, which continues the first one', async () => {
    const { talk, answered } = await summarized();
    const calls = [answered, (await say(talk, 'fact-6')).answered, (await say(talk, 'fact-7')).answered];
    for (const [index, call] of calls.entries()) {
      const next = calls[index + 1];
      const parts = cachedPartsOf(call);
      if (next) expect(cachedPartsOf(next).slice(0, parts.length)).toEqual(parts);
    }
    const { summary, reader } = await askCrowded(talk, access, 'fact-8');
    expect(promptOf(summary)).toContain(NOTES);
    expect(promptOf(summary)).toContain('answer fact-6');
    expect(promptOf(summary)).not.toContain('answer fact-3');
    reply(summary, 'All seven facts.');
    const last = reply(await world.nextCall(), 'answer fact-8');
    await reader.rest();
    expect(promptOf(last)).toContain('> All seven facts.');
    expect(promptOf(last)).not.toContain(NOTES);
    expect(await markedIn(talk)).toHaveLength(1);
  });

  it('charges the summary once, and audits it as the run of the person who asked', async () => {
    access = limited(access, 2_000_000);
    await startMonth(access);
    const { talk, text } = await summarized();
    await settled(talk);
    expect(await figuresOf(access)).toMatchObject({ used: 6 * USED, reserved: 0 });
    expect(lastOf(text)).toMatchObject({ usage: [{ outputTokens: 42 }, { outputTokens: 42 }] });
    await expect
      .poll(() => audits(talk))
      .toEqual([
        {
          input_tokens: 12,
          cost_micros: expect.any(Number),
          error: null,
          budget_month: expect.any(String),
          model: expect.any(String),
        },
      ]);
    const [marked] = await markedIn(talk);
    expect(marked?.costMicros).toBeGreaterThan(0);
  });
});

it('is not summarized by its first run, so that a client with its own transcript does not pay each time', async () => {
  const talk = newTalk(access);
  const call = callOf(talk, access, { text: 'now' });
  const earlier = ['fact-1', 'fact-2', 'fact-3', 'fact-4', 'fact-5'].flatMap((name) => [
    { role: 'user' as const, text: long(name) },
    { role: 'assistant' as const, text: `answer ${name}` },
  ]);
  const reader = readerOf(await ask(talk, { ...call, run: { ...call.run, earlier } }));
  const first = await world.nextCall();
  expect(isSummary(first)).toBe(false);
  reply(first, 'fine');
  await reader.rest();
  const next = await askCrowded(talk, access, 'fact-6');
  reply(next.summary, NOTES);
  reply(await world.nextCall(), 'answer fact-6');
  expect(saidIn(await next.reader.rest())).toBe('answer fact-6');
});

describe('an answer whose summary failed', () => {
  const failing: readonly (readonly [string, (call: ProviderCall) => void, string])[] = [
    ['was refused', (call) => call.refuse(400), 'PROVIDER_REFUSED'],
    ['broke off', (call) => send(call, HEAD + piece('Half')).reset(), 'PROVIDER_BROKEN_STREAM'],
    ['was empty', (call) => void reply(call, '  \n'), 'PROVIDER_NO_ANSWER'],
    [
      'was cut off',
      (call) => send(call, words('Half').replace('"end_turn"', '"max_tokens"')).end(),
      'PROVIDER_NO_ANSWER',
    ],
  ];
  it.each(failing)(
    'continues with the whole history when the request %s, and waits before the next try',
    async (_, fail, code) => {
      vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const talk = await filled();
      const { reader, summary } = await askCrowded(talk);
      fail(summary);
      const answered = reply(await world.nextCall(), 'answer fact-5');
      const text = await reader.rest();
      expect(saidIn(text)).toBe('answer fact-5');
      for (const fact of ['fact-1', 'fact-4']) expect(promptOf(answered)).toContain(fact);
      expect(stepsIn(text).at(-1)).toMatchObject({ status: 'ended', earlier: null, error: code });
      expect(await markedIn(talk)).toEqual([]);
      // The next turn no longer fits as a whole, so it is trimmed, and the transcript shows where.
      const next = await say(talk, 'fact-6');
      expect(promptOf(next.answered)).not.toContain('answer fact-1');
      expect(await markedIn(talk)).toMatchObject([{ summary: null, isPartial: true }]);
    },
  );

  it('says what is left out when some turns no longer fit', async () => {
    const talk = await filled();
    const call = callOf(talk, access, { text: long(long('fact-5')) });
    const reader = readerOf(await ask(talk, call));
    (await world.nextCall()).refuse(400);
    reply(await world.nextCall(), 'answer fact-5');
    const [, ended] = stepsIn(await reader.rest());
    expect(ended).toMatchObject({ error: 'PROVIDER_REFUSED', earlier: { hasSummary: false, isPartial: true } });
  });

  it('asks for no summary when the budget only has room for the answer', async () => {
    const talk = await filled();
    access = limited(access, 2_000_000);
    await startMonth(access, 2_000_000 - 25_000);
    const { text } = await say(talk, 'fact-5');
    expect(saidIn(text)).toBe('answer fact-5');
    expect(stepsIn(text).at(-1)).toMatchObject({ error: 'QUOTA_EXCEEDED' });
    await settled(talk);
    expect(await figuresOf(access)).toMatchObject({ used: 2_000_000 - 25_000 + USED, reserved: 0, isSpent: false });
    expect(await audits(talk)).toEqual([]);
  });
});

describe('a run that ends while it summarizes', () => {
  it('stops, charges what the summary used, and tries again at the next question', async () => {
    access = limited(access, 2_000_000);
    await startMonth(access);
    const talk = await filled();
    const { reader, summary, runId } = await askCrowded(talk);
    summary.send(HEAD, piece('Half'));
    await reader.until('"started"');
    await talk.stub.cancel({ access, runId });
    await summary.aborted();
    const text = await reader.rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    await settled(talk);
    const { used, reserved } = await figuresOf(access);
    expect(reserved).toBe(0);
    expect(used).toBeGreaterThan(4 * USED);
    const again = await askCrowded(talk, access, 'fact-6');
    reply(again.summary, NOTES);
    reply(await world.nextCall(), 'fine');
    expect(saidIn(await again.reader.rest())).toBe('fine');
  });

  it('is charged for the prompt of the summary once after a crash, and the next question is answered', async () => {
    access = limited(access, 2_000_000);
    await startMonth(access);
    const talk = await filled();
    await settled(talk);
    const { reader, runId } = await askCrowded(talk);
    await reader.until('"started"');
    const [row] = await rowsOf<{ tokens: number }>(
      talk,
      "select prompt_tokens as tokens from summaries where state = 'asked'",
    );
    await abortAllDurableObjects();
    const again = newTalk(access, talk.sessionId);
    const text = await readerOf(await rejoin(again, access, runId)).rest();
    expect(lastOf(text)).toMatchObject({ type: 'RUN_ERROR', code: 'RUN_INTERRUPTED' });
    await settled(again);
    const charged = planTokensOf({ ...NO_USAGE, inputTokens: row?.tokens ?? 0 });
    expect(charged).toBeGreaterThan(0);
    expect(await figuresOf(access)).toMatchObject({ used: 4 * USED + charged, reserved: 0 });
    await expect.poll(() => audits(again)).toMatchObject([{ error: 'RUN_INTERRUPTED' }]);
    const next = await say(again, 'fact-6');
    expect(saidIn(next.text)).toBe('answer fact-6');
  });

  it('keeps a summary that was stored before a crash', async () => {
    const talk = await filled();
    const { reader, summary } = await askCrowded(talk);
    reply(summary, NOTES);
    const answer = await world.nextCall();
    answer.send(HEAD, piece('half '));
    await reader.until('half ');
    await abortAllDurableObjects();
    const again = newTalk(access, talk.sessionId);
    const next = await say(again, 'fact-6');
    expect(promptOf(next.answered)).toContain(`> ${NOTES}`);
  });
});

describe('a summary', () => {
  const idOf = async (talk: Talk, name: string, by = access): Promise<string> =>
    (await shownMessages(talk, by)).messages.find(
      ({ role, parts }) => role === 'user' && JSON.stringify(parts).includes(`${name} `),
    )?.id ?? '';

  it('is not used on a branch that begins before its end, and is used on one that begins after', async () => {
    const { talk } = await summarized();
    const before = await say(talk, 'edited', access, { kind: 'edit', messageId: await idOf(talk, 'fact-2') });
    expect(promptOf(before.answered)).not.toContain(NOTES);
    expect(promptOf(before.answered)).toContain('answer fact-1');
    expect(await markedIn(talk)).toEqual([]);
    const { stub } = talk;
    const page = await shownMessages(talk, access);
    const versions = page.messages.find(({ versions: found }) => found)?.versions?.questions ?? [];
    await stub.showBranch({ access, messageId: versions[0] ?? '', requestId });
    expect(await markedIn(talk)).toMatchObject([{ summary: { text: NOTES } }]);
    const after = await say(talk, 'edited', access, { kind: 'edit', messageId: await idOf(talk, 'fact-4') });
    expect(promptOf(after.answered)).toContain(`> ${NOTES}`);
    expect(promptOf(after.answered)).not.toContain('answer fact-4');
  });

  it('is copied into a fork that has all the turns it covers, and into no other', async () => {
    const { talk } = await summarized();
    const forkAt = async (messageId: string): Promise<Talk> => {
      const out = await talk.stub.copyForFork({ access, messageId });
      if (!out.ok) throw new Error(out.code);
      const fork = newTalk(access);
      const forked = await fork.stub.fork({ access, id: fork.sessionId, copy: out.copy, requestId });
      if (!forked.ok) throw new Error(forked.code);
      return fork;
    };
    const whole = await forkAt((await shownMessages(talk, access)).messages.at(-1)?.id ?? '');
    expect(await markedIn(whole)).toMatchObject([
      { text: { content: long('fact-4') }, summary: { text: NOTES }, costMicros: 0 },
    ]);
    const next = await say(whole, 'fact-6');
    expect(promptOf(next.answered)).toContain(`> ${NOTES}`);
    const short = await forkAt(await idOf(talk, 'fact-3'));
    expect(await markedIn(short)).toEqual([]);
    expect(await rowsOf(short, 'select * from summaries')).toEqual([]);
  });

  it('is erased with the words of a person that it covers', async () => {
    const eli = await accessOf(ELI);
    const vic = await accessOf(VIC);
    const talk = await newPlace(eli);
    await say(talk, 'fact-1', vic);
    for (const name of ['fact-2', 'fact-3', 'fact-4']) await say(talk, name, eli);
    const crowded = await askCrowded(talk, eli);
    expect(promptOf(crowded.summary)).toContain(vic.userName);
    reply(crowded.summary, NOTES);
    reply(await world.nextCall(), 'answer fact-5');
    await crowded.reader.rest();
    expect(await markedIn(talk, eli)).toMatchObject([{ summary: { text: NOTES } }]);
    await talk.stub.chore({ kind: 'erase-words', person: { userId: vic.userId, standInId: crypto.randomUUID() } });
    const everything = await runInDurableObject(talk.stub, (_object, { storage }) =>
      ['summaries', 'events', 'messages', 'outbox'].map((table) =>
        JSON.stringify(storage.sql.exec(`select * from ${table}`).toArray()),
      ),
    );
    expect(everything.filter((rows) => rows.includes(NOTES))).toEqual([]);
    const again = await askCrowded(talk, eli, 'fact-6');
    expect(promptOf(again.summary)).not.toContain('fact-1');
    reply(again.summary, 'Without Vic.');
    expect(promptOf(reply(await world.nextCall(), 'fine'))).toContain('> Without Vic.');
    await again.reader.rest();
  });

  it('that was requested before the erasure of what it covers is not stored, but charged', async () => {
    const eli = await accessOf(ELI);
    const vic = await accessOf(VIC);
    const talk = await newPlace(eli);
    await say(talk, 'fact-1', vic);
    for (const name of ['fact-2', 'fact-3', 'fact-4']) await say(talk, name, eli);
    const { reader, summary } = await askCrowded(talk, eli);
    await talk.stub.chore({ kind: 'erase-words', person: { userId: vic.userId, standInId: crypto.randomUUID() } });
    reply(summary, NOTES);
    const answered = reply(await world.nextCall(), 'fine');
    await reader.rest();
    expect(promptOf(answered)).not.toContain(NOTES);
    expect(await rowsOf(talk, 'select state, text, lease_id, cost_micros > 0 as charged from summaries')).toEqual([
      { state: 'erased', text: null, lease_id: null, charged: 1 },
    ]);
  });

  it('is deleted with the conversation', async () => {
    const { talk } = await summarized();
    await talk.stub.remove({ access, requestId });
    expect(await rowsOf(talk, 'select * from summaries')).toEqual([]);
  });

  it('that is due is part of the estimate, with its own cost', async () => {
    const talk = newTalk(access);
    const estimateOf = async (text: string) => {
      const { run, ...call } = RunCall.parse(callOf(talk, access, { text }));
      const estimated = await talk.stub.estimate({ access: call.access, settings: [], draft: { ...run, text } });
      return estimated.ok ? estimated.costMicros : expect.fail(estimated.code);
    };
    // The first run never summarizes, and a short history needs no summary.
    expect((await estimateOf(long('fact-1').repeat(5))).summary).toBeUndefined();
    await filled(access, talk);
    expect((await estimateOf('And now?')).summary).toBeUndefined();
    const { summary = 0, most } = await estimateOf(long('fact-5'));
    expect(summary).toBeGreaterThan(0);
    const crowded = await askCrowded(talk);
    reply(crowded.summary, NOTES);
    reply(await world.nextCall(), 'answer fact-5');
    await crowded.reader.rest();
    const [charged] = await rowsOf<{ micros: number }>(talk, 'select cost_micros as micros from summaries');
    expect(charged?.micros).toBeLessThanOrEqual(summary);
    expect(most - summary).toBeGreaterThan(0);
    // Afterwards the next message needs none, and costs less.
    const next = await estimateOf('And now?');
    expect(next.summary).toBeUndefined();
    expect(next.most).toBeLessThan(most);
  });

  it('is part of the estimate of the next message', async () => {
    const { talk } = await summarized();
    const { run, ...call } = RunCall.parse(callOf(talk, access));
    const draft = { ...run, text: 'And now?' };
    const estimated = await talk.stub.estimate({ access: call.access, settings: [], draft });
    if (!estimated.ok) throw new Error(estimated.code);
    const next = await say(talk, 'fact-6');
    const [row] = await rowsOf<{ tokens: number }>(
      talk,
      'select prompt_tokens as tokens from runs order by ordinal desc limit 1',
    );
    expect(promptOf(next.answered)).toContain(NOTES);
    expect((row?.tokens ?? 0) - estimated.promptTokens).toBeLessThan(8_100);
    expect(estimated.promptTokens).toBeGreaterThan(16_000);
  });
});
