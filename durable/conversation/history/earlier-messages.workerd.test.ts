import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRequest } from '../../contracts/conversation.ts';
import type { Access } from '../../principal.ts';
import {
  ADA,
  accessOf,
  ask,
  callOf,
  newTalk,
  readerOf,
  rowsOf,
  type Talk,
} from '../tests/conversation-client.fixture.ts';
import { createWorld, type World, words } from '../tests/gated-world.fixture.ts';
import { queryAs, shownMessages } from '../tests/tool-talk.fixture.ts';

let world: World;
let access: Access;
beforeEach(async () => {
  world = createWorld();
  access = await accessOf(ADA);
});
afterEach(() => world.restore());

type Brought = Pick<RunRequest, 'earlier' | 'instructions' | 'maxOutputTokens'>;

/** Asks with the client's earlier messages. Returns the request that the provider got. */
async function askWith(talk: Talk, brought: Brought, text = 'And now?') {
  const call = callOf(talk, access, { text });
  const reader = readerOf(await ask(talk, { ...call, run: { ...call.run, ...brought } }));
  const provider = await world.nextCall();
  provider.send(words('Now this.'));
  provider.end();
  await reader.rest();
  return provider.body as typeof provider.body & { readonly system: unknown; readonly max_tokens: number };
}

const EARLIER = [
  { role: 'user' as const, text: 'What is PN-000059?' },
  { role: 'assistant' as const, text: 'An elbow housing.' },
];

describe("earlier messages of a client's own transcript", () => {
  it('are read by the model, and stored without a model, a cost or a run', async () => {
    const talk = newTalk(access);
    const asked = await askWith(talk, { earlier: EARLIER });
    expect(asked.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(asked.messages[1])).toContain('An elbow housing.');
    const { messages } = await shownMessages(talk, access);
    expect(messages.map(({ role, model, costMicros }) => [role, model, costMicros])).toEqual([
      ['user', null, null],
      ['assistant', null, null],
      ['user', null, null],
      ['assistant', 'claude-sonnet-5-5', expect.any(Number)],
    ]);
    const stored = () =>
      queryAs(
        access,
        sql`select role, content, run_id = 'earlier' as earlier from ai_messages
            where conversation_id = ${talk.sessionId} order by ordinal, position`,
      );
    await expect.poll(stored).toMatchObject([
      { role: 'user', content: 'What is PN-000059?', earlier: true },
      { role: 'assistant', content: 'An elbow housing.', earlier: true },
      { role: 'user', content: 'And now?', earlier: false },
      { role: 'assistant', content: 'Now this.', earlier: false },
    ]);
    const [session] = await rowsOf<{ title: string }>(talk, 'select title from session');
    expect(session?.title).toBe('What is PN-000059?');
  });

  it('have no effect on a conversation that has begun', async () => {
    const talk = newTalk(access);
    await askWith(talk, {});
    const asked = await askWith(talk, { earlier: EARLIER }, 'And then?');
    expect(JSON.stringify(asked.messages)).not.toContain('elbow housing');
    expect(await shownMessages(talk, access)).toMatchObject({ messages: { length: 4 } });
  });

  it("keep their newest part, from a user's message on, when they are too long", async () => {
    const talk = newTalk(access);
    const long = 'x'.repeat(50_000);
    const earlier = Array.from({ length: 8 }, (_, index) => ({
      role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
      text: `${index} ${long}`,
    }));
    await askWith(talk, { earlier });
    const rows = await rowsOf<{ role: string; parts: string }>(talk, 'select role, parts from messages');
    expect(rows.map(({ role, parts }) => [role, JSON.parse(parts)[0].content[0]])).toEqual([
      ['user', '6'],
      ['assistant', '7'],
      ['user', 'A'],
      ['assistant', 'N'],
    ]);
  });
});

describe("instructions and limits of the user's program", () => {
  it('come last in the prompt, for that turn only', async () => {
    const talk = newTalk(access);
    const first = await askWith(talk, { instructions: 'Answer in French.' });
    expect(JSON.stringify(first.system)).toMatch(/the rules above come first:\\nAnswer in French\."/);
    const second = await askWith(talk, {});
    expect(JSON.stringify(second.system)).not.toContain('French');
  });

  it('apply a lower answer limit and ignore a higher one', async () => {
    const talk = newTalk(access);
    expect((await askWith(talk, { maxOutputTokens: 100 })).max_tokens).toBe(100);
    const most = (await askWith(talk, {})).max_tokens;
    expect((await askWith(talk, { maxOutputTokens: 1_000_000 })).max_tokens).toBe(most);
  });
});
