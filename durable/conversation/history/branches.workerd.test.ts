import { evictDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BranchStart } from '../../contracts/conversation.ts';
import type { Access } from '../../principal.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  ELI,
  newTalk,
  readerOf,
  rowsOf,
  type Talk,
  VIC,
} from '../tests/conversation-client.fixture.ts';
import { createWorld, HEAD, piece, TAIL, toolUse, type World, words } from '../tests/gated-world.fixture.ts';
import { newPlace, say } from '../tests/shared-talk.fixture.ts';
import {
  createPart,
  decide,
  decideAndRead,
  faultsOf,
  firstOf,
  propose,
  shownMessages,
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

function branchCall(talk: Talk, by: Access, branch: BranchStart, text = 'Again?') {
  const call = callOf(talk, by, { text });
  return { ...call, run: { ...call.run, branch } };
}

/** A turn that starts a branch, and its complete answer. */
async function branch(talk: Talk, by: Access, off: BranchStart, answer: string, text?: string) {
  const reader = readerOf(await ask(talk, branchCall(talk, by, off, text)));
  const asked = await world.nextCall();
  asked.send(words(answer));
  asked.end();
  await reader.rest();
  return asked;
}

const refusalOf = async (talk: Talk, by: Access, off: BranchStart, text?: string): Promise<string> =>
  (await (await ask(talk, branchCall(talk, by, off, text))).json<{ code: string }>()).code;

const textOf = (parts: readonly { type: string; content?: string }[]): string =>
  parts.map((part) => part.content ?? '').join('');

const wordsIn = async (talk: Talk, by = access) =>
  (await shownMessages(talk, by)).messages.map(({ parts }) => textOf(parts as never));

async function idOf(talk: Talk, text: string, by = access): Promise<string> {
  const { messages } = await shownMessages(talk, by);
  return messages.find(({ parts }) => textOf(parts as never) === text)?.id ?? '';
}

const versionsOf = async (talk: Talk, text: string) => {
  const { messages } = await shownMessages(talk, access);
  const message = messages.find(({ parts }) => textOf(parts as never) === text);
  const { questions = [], answers = [] } = message?.versions ?? {};
  const place = (ids: readonly string[]) => `${ids.indexOf(message?.id ?? '') + 1}/${ids.length}`;
  return [place(questions), place(answers)];
};

/** Q1 A1 Q2 A2. */
async function begin(talk: Talk): Promise<void> {
  await say(world, talk, access, { text: 'Q1' }, 'A1');
  await say(world, talk, access, { text: 'Q2' }, 'A2');
}

describe('an edited question', () => {
  it('starts a branch that is shown and sent to the model, and keeps the old one', async () => {
    const talk = newTalk(access);
    await begin(talk);
    const asked = await branch(talk, access, { kind: 'edit', messageId: await idOf(talk, 'Q1') }, 'A3', 'Q3');
    expect(asked.body.messages).toHaveLength(1);
    expect(await wordsIn(talk)).toEqual(['Q3', 'A3']);
    expect(await versionsOf(talk, 'Q3')).toEqual(['2/2', '1/1']);
    const all = await rowsOf<{ n: number }>(talk, 'select count(*) as n from messages');
    expect(all).toEqual([{ n: 6 }]);
    const next = await say(world, talk, access, { text: 'Q4' }, 'A4');
    expect(JSON.stringify(next.asked.body.messages)).not.toContain('Q2');
    expect(await wordsIn(talk)).toEqual(['Q3', 'A3', 'Q4', 'A4']);
  });

  it('is distinguished from an answer, and an unknown id is not found', async () => {
    const talk = newTalk(access);
    await begin(talk);
    expect(await refusalOf(talk, access, { kind: 'edit', messageId: await idOf(talk, 'A1') })).toBe('BAD_REQUEST');
    expect(await refusalOf(talk, access, { kind: 'again', messageId: crypto.randomUUID() })).toBe('NOT_FOUND');
    expect(await refusalOf(newTalk(access), access, { kind: 'edit', messageId: crypto.randomUUID() })).toBe(
      'NOT_FOUND',
    );
    expect(await wordsIn(talk)).toHaveLength(4);
  });
});

describe('a regenerated answer', () => {
  it('answers the same question next to the first answer, and is charged like any other', async () => {
    const talk = newTalk(access);
    await begin(talk);
    const asked = await branch(talk, access, { kind: 'again', messageId: await idOf(talk, 'A2') }, 'B2', 'whatever');
    expect(asked.body.messages).toHaveLength(3);
    expect(JSON.stringify(asked.body.messages)).not.toContain('whatever');
    expect(await wordsIn(talk)).toEqual(['Q1', 'A1', 'Q2', 'B2']);
    expect(await versionsOf(talk, 'Q2')).toEqual(['1/1', '2/2']);
    await branch(talk, access, { kind: 'again', messageId: await idOf(talk, 'Q2') }, 'C2');
    expect(await versionsOf(talk, 'Q2')).toEqual(['1/1', '3/3']);
    const { messages } = await shownMessages(talk, access);
    expect(messages.at(-1)?.costMicros).toBeGreaterThan(0);
  });

  it('is refused while an answer is being written', async () => {
    const talk = newTalk(access);
    await say(world, talk, access, { text: 'Q1' }, 'A1');
    const reader = readerOf(await ask(talk, callOf(talk, access, { text: 'Q2' })));
    const provider = await world.nextCall();
    provider.send(HEAD, piece('…'));
    await reader.until('…');
    const again = { kind: 'again', messageId: await idOf(talk, 'A1') } as const;
    expect(await refusalOf(talk, access, again)).toBe('ANSWER_UNDER_WAY');
    provider.send(TAIL);
    provider.end();
    await reader.rest();
  });
});

describe('the branch that is shown', () => {
  it('is chosen by any of its messages, on every device and after a restart', async () => {
    const talk = newTalk(access);
    await begin(talk);
    const first = await idOf(talk, 'Q1');
    await branch(talk, access, { kind: 'edit', messageId: first }, 'A3', 'Q3');
    const before = (await shownMessages(talk, access)).standing.version;
    expect(await talk.stub.showBranch({ access, messageId: first, requestId })).toMatchObject({ ok: true });
    await evictDurableObject(talk.stub);
    expect(await wordsIn(talk)).toEqual(['Q1', 'A1', 'Q2', 'A2']);
    expect(await versionsOf(talk, 'Q1')).toEqual(['1/2', '1/1']);
    // Watchers learn that there is more to read.
    expect((await shownMessages(talk, access)).standing.version).toBeGreaterThan(before);
  });

  it('is continued by a message without a branch, and paged along', async () => {
    const talk = newTalk(access);
    await begin(talk);
    const first = await idOf(talk, 'Q1');
    await branch(talk, access, { kind: 'edit', messageId: first }, 'A3', 'Q3');
    await talk.stub.showBranch({ access, messageId: first, requestId });
    const { asked } = await say(world, talk, access, { text: 'Q5' }, 'A5');
    expect(JSON.stringify(asked.body.messages)).not.toContain('Q3');
    expect(await wordsIn(talk)).toEqual(['Q1', 'A1', 'Q2', 'A2', 'Q5', 'A5']);
    const newest = await talk.stub.messages({ access, limit: 2, before: null });
    if (!newest.ok) throw new Error(newest.code);
    const older = await talk.stub.messages({ access, limit: 4, before: newest.cursor });
    if (!older.ok) throw new Error(older.code);
    expect(older.messages.map(({ parts }) => textOf(parts as never))).toEqual(['Q1', 'A1', 'Q2', 'A2']);
    expect(older.cursor).toBeNull();
  });

  it('contains the whole conversation if it is older than branches', async () => {
    const talk = newTalk(access);
    await begin(talk);
    expect(await rowsOf(talk, 'select * from branches')).toEqual([]);
    expect(await rowsOf(talk, 'select shown from session')).toEqual([{ shown: null }]);
    expect((await shownMessages(talk, access)).messages.map(({ versions }) => versions)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('an approval on another branch', () => {
  it('is canceled with a reason when its question is asked again', async () => {
    const { talk, cards } = await propose(world, access, createPart(uniqueName()));
    const question = (await shownMessages(talk, access)).messages[0]?.id ?? '';
    await branch(talk, access, { kind: 'again', messageId: question }, 'Nothing to do.');
    expect(await decide(talk, access, firstOf(cards))).toMatchObject({ ok: false, code: 'APPROVAL_DECIDED' });
    await talk.stub.showBranch({ access, messageId: question, requestId });
    expect((await shownMessages(talk, access)).messages.at(-1)).toMatchObject({
      confirmations: [{ state: 'cancelled', decidedAt: null, outcome: { message: expect.stringContaining('again') } }],
      replies: [{ content: expect.stringContaining('Nothing was changed') }],
    });
    const next = await say(world, talk, access, { text: 'And now?' }, 'Now.');
    expect(faultsOf(next.asked)).toEqual([]);
  });

  it('is decided only where it is shown', async () => {
    const talk = newTalk(access);
    await say(world, talk, access, { text: 'Q1' }, 'A1');
    const first = await idOf(talk, 'Q1');
    await branch(talk, access, { kind: 'edit', messageId: first }, 'A3', 'Q3');
    const other = await idOf(talk, 'Q3');
    const name = uniqueName();
    const reader = readerOf(await ask(talk, callOf(talk, access, { text: 'Make it' })));
    const asked = await world.nextCall();
    asked.send(toolUse(createPart(name)));
    asked.end();
    await reader.rest();
    const approvalId = (await shownMessages(talk, access)).messages.at(-1)?.confirmations[0]?.approvalId ?? '';
    await talk.stub.showBranch({ access, messageId: first, requestId });
    expect(await shownMessages(talk, access)).toMatchObject({ waiting: null });
    expect(await decide(talk, access, approvalId)).toMatchObject({ ok: false, code: 'APPROVAL_ELSEWHERE' });
    await talk.stub.showBranch({ access, messageId: other, requestId });
    await decideAndRead(world, talk, access, { approvalId, answer: 'Made.' });
    expect((await wordsIn(talk)).at(-1)).toBe('Made.');
  });
});

describe('branches in a shared conversation', () => {
  it('let each member edit their own questions and choose among their versions', async () => {
    const [eli, vic] = await Promise.all([accessOf(ELI), accessOf(VIC)]);
    const talk = await newPlace(access);
    await say(world, talk, access, { text: 'Q1' }, 'A1');
    await say(world, talk, eli, { text: 'Q2' }, 'A2');
    const [first, second] = [await idOf(talk, 'Q1'), await idOf(talk, 'Q2')];
    expect(await refusalOf(talk, eli, { kind: 'edit', messageId: first })).toBe('MESSAGE_OF_ANOTHER');
    expect(await refusalOf(talk, vic, { kind: 'again', messageId: second })).toBe('MESSAGE_OF_ANOTHER');
    await branch(talk, eli, { kind: 'edit', messageId: second }, 'A3', 'Q3');
    expect(await wordsIn(talk, vic)).toEqual(['Q1', 'A1', 'Q3', 'A3']);
    expect(await talk.stub.showBranch({ access: vic, messageId: second, requestId })).toMatchObject({
      ok: false,
      code: 'FORBIDDEN',
    });
    expect(await talk.stub.showBranch({ access: eli, messageId: second, requestId })).toMatchObject({ ok: true });
    expect(await wordsIn(talk, vic)).toEqual(['Q1', 'A1', 'Q2', 'A2']);
  });
});

describe('feedback', () => {
  const judge = (talk: Talk, messageId: string, verdict: 'up' | 'down' | null, by = access) =>
    talk.stub.saveFeedback({ access: by, messageId, feedback: verdict && { verdict, comment: null } });

  it('is stored per user, and can be changed and removed', async () => {
    const eli = await accessOf(ELI);
    const talk = await newPlace(access);
    await say(world, talk, access, { text: 'Q1' }, 'A1');
    const answer = await idOf(talk, 'A1');
    expect(await judge(talk, answer, 'down')).toEqual({ ok: true, feedback: { verdict: 'down', comment: null } });
    await judge(talk, answer, 'up', eli);
    const seenBy = async (by: Access) => (await shownMessages(talk, by)).messages[1]?.feedback?.verdict ?? null;
    expect([await seenBy(access), await seenBy(eli)]).toEqual(['down', 'up']);
    await judge(talk, answer, null);
    expect([await seenBy(access), await seenBy(eli)]).toEqual([null, 'up']);
    expect(await judge(talk, await idOf(talk, 'Q1'), 'up')).toMatchObject({ ok: false, code: 'NOT_FOUND' });
  });
});
