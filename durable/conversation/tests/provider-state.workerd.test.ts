// What a provider wants back with its answers: sent to it again, and seen by no one else.
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BranchStart } from '../../contracts/conversation.ts';
import type { Access } from '../../principal.ts';
import { ADA, accessOf, ask, callOf, newTalk, readerOf, rowsOf, type Talk } from './conversation-client.fixture.ts';
import { createWorld, toolUse, type World, words } from './gated-world.fixture.ts';
import { queryAs, shownMessages } from './tool-talk.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

const SEARCH = { id: 'toolu_search', name: 'search_items', input: { query: 'elbow' } };
const SIGNATURE = 'signature-0123456789';

const frame = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const THINKING =
  frame('content_block_start', { index: 5, content_block: { type: 'thinking', thinking: '', signature: '' } }) +
  frame('content_block_delta', { index: 5, delta: { type: 'thinking_delta', thinking: 'Look it up.' } }) +
  frame('content_block_delta', { index: 5, delta: { type: 'signature_delta', signature: SIGNATURE } }) +
  frame('content_block_stop', { index: 5 });

/** The answer with thinking in front. */
function thoughtful(answer: string): string {
  const start = answer.indexOf('\n\n') + 2;
  return answer.slice(0, start) + THINKING + answer.slice(start);
}

const BLOCK = { type: 'thinking', thinking: 'Look it up.', signature: SIGNATURE };

const askFor = (talk: Talk, text: string, ...answers: string[]) => askOn(talk, undefined, text, ...answers);

async function askOn(talk: Talk, branch: BranchStart | undefined, text: string, ...answers: string[]) {
  const call = callOf(talk, access, { text });
  const reader = readerOf(await ask(talk, { ...call, run: { ...call.run, ...(branch && { branch }) } }));
  const bodies: { role: string; content: unknown }[][] = [];
  for (const answer of answers) {
    const call = await world.nextCall();
    bodies.push([...call.body.messages]);
    call.send(answer);
    call.end();
  }
  return { shown: await reader.rest(), bodies };
}

const contentsOf = (messages: readonly { role: string; content: unknown }[] = []) =>
  messages.filter(({ role }) => role === 'assistant').map(({ content }) => content as { type: string }[]);

it('sends the blocks of a tool loop back within it and in later turns, and shows them nowhere', async () => {
  const talk = newTalk(access);
  const first = await askFor(talk, 'elbow?', thoughtful(toolUse(SEARCH)), thoughtful(words('Found it.')));
  expect(contentsOf(first.bodies[1])[0]?.map(({ type }) => type)).toEqual(['thinking', 'tool_use']);
  expect(contentsOf(first.bodies[1])[0]?.[0]).toEqual(BLOCK);
  const second = await askFor(talk, 'and?', words('No.'));
  expect(contentsOf(second.bodies[0]).map(([block]) => block)).toEqual([BLOCK, BLOCK]);

  const page = await shownMessages(talk, access);
  expect(JSON.stringify([first.shown, second.shown, page])).not.toContain(SIGNATURE);
  const copy = await talk.stub.copyForFork({ access, messageId: page.messages.at(-1)?.id ?? '' });
  expect(JSON.stringify(copy)).not.toContain(SIGNATURE);
  const stored = () =>
    queryAs(access, sql`select parts::text from ai_messages where conversation_id = ${talk.sessionId}`);
  await expect.poll(async () => (await stored()).length).toBeGreaterThanOrEqual(5);
  expect(JSON.stringify(await stored())).not.toContain(SIGNATURE);
});

it('keeps nothing of an answer that was cut off', async () => {
  const talk = newTalk(access);
  const cut = thoughtful(words('Half')).replace('"end_turn"', '"max_tokens"');
  await askFor(talk, 'elbow?', cut);
  const next = await askFor(talk, 'and?', words('No.'));
  expect(JSON.stringify(next.bodies)).not.toContain(SIGNATURE);
  expect(await rowsOf(talk, 'select * from model_data')).toEqual([]);
});

it('goes back on its own branch only, and not from a fork', async () => {
  const talk = newTalk(access);
  await askFor(talk, 'elbow?', thoughtful(toolUse(SEARCH)), thoughtful(words('Found it.')));
  const { messages } = await shownMessages(talk, access);
  const question = messages[0]?.id ?? '';
  const answered = messages.at(-1)?.id ?? '';
  const edited = await askOn(talk, { kind: 'edit', messageId: question }, 'valve?', words('None.'));
  expect(contentsOf(edited.bodies[0])).toEqual([]);
  expect(JSON.stringify((await askFor(talk, 'and?', words('No.'))).bodies)).not.toContain(SIGNATURE);

  const requestId = crypto.randomUUID();
  expect(await talk.stub.showBranch({ access, messageId: answered, requestId })).toMatchObject({ ok: true });
  const back = await askFor(talk, 'and the elbow?', words('Yes.'));
  expect(contentsOf(back.bodies[0]).map(([block]) => block)).toEqual([BLOCK, BLOCK]);

  const fork = newTalk(access);
  const out = await talk.stub.copyForFork({ access, messageId: answered });
  if (!out.ok) throw new Error(out.code);
  expect(await fork.stub.fork({ access, id: fork.sessionId, copy: out.copy, requestId })).toMatchObject({ ok: true });
  const forked = await askFor(fork, 'and here?', thoughtful(toolUse(SEARCH)), words('Here too.'));
  expect(JSON.stringify(forked.bodies[0])).not.toContain(SIGNATURE);
  expect(contentsOf(forked.bodies[0])[0]?.map(({ type }) => type)).toEqual(['tool_use']);
  expect(contentsOf(forked.bodies[1]).at(-1)?.[0]).toEqual(BLOCK);
});

it('is stored with the connection and model that it is valid for, and nothing of the request', async () => {
  const talk = newTalk(access);
  await askFor(talk, 'elbow?', thoughtful(words('Found it.')));
  const [row] = await rowsOf<{ data: string }>(talk, 'select data from model_data');
  expect(JSON.parse(row?.data ?? '')).toStrictEqual({
    states: [
      {
        ...{ index: 0, isOwn: false, wire: 'anthropic', payload: BLOCK },
        ...{ connection: expect.any(String), model: expect.stringMatching(/^claude-/) },
      },
    ],
  });
});

it('is erased with the conversation', async () => {
  const talk = newTalk(access);
  await askFor(talk, 'elbow?', thoughtful(words('Found it.')));
  expect(await rowsOf(talk, 'select * from model_data')).toHaveLength(1);
  await talk.stub.remove({ access, requestId: crypto.randomUUID() });
  expect(await rowsOf(talk, 'select * from model_data')).toEqual([]);
});
