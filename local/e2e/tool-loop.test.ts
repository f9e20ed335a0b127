// The tool loop through the whole stack, on both wires, with an independent model server: from the Worker through
// object, adapter and tool runner to Postgres and back.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { call, type MockProvider, startMockProvider } from '../testing/providers/mock-provider.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { collectEvents, type Sent, textOf } from './sse.ts';
import { askBody, signIn, type Visitor } from './visitor.ts';

let provider: MockProvider;
let stack: Stack;
let owner: pg.Client;

beforeAll(async () => {
  provider = await startMockProvider();
  stack = await startTestStack({ settings: provider.settings });
  owner = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await owner.connect();
});

afterAll(async () => {
  await owner?.end();
  await stack?.stop();
  await provider?.stop();
});

type Reply = { readonly toolCallId: string; readonly content: string };
type Confirmation = { readonly approvalId: string; readonly state: string };

const typesOf = (events: readonly Sent[]): string[] => events.map(({ event }) => event.type);
const resultsOf = (events: readonly Sent[]): Reply[] =>
  events.flatMap(({ event }) => (event.type === 'TOOL_CALL_RESULT' ? [event as unknown as Reply] : []));
const cardsOf = (events: readonly Sent[]): Confirmation[] =>
  events.flatMap(({ event }) =>
    event.type === 'CUSTOM' && event['name'] === 'confirmation' ? [event['value'] as Confirmation] : [],
  );

/** The arguments of each call, joined from their deltas. */
function argumentsOf(events: readonly Sent[]): Record<string, unknown> {
  const pieces = new Map<string, string>();
  for (const { event } of events) {
    if (event.type !== 'TOOL_CALL_ARGS') continue;
    const id = String(event['toolCallId']);
    pieces.set(id, (pieces.get(id) ?? '') + String(event['delta']));
  }
  return Object.fromEntries([...pieces].map(([id, json]) => [id, JSON.parse(json)]));
}

async function countParts(name: string): Promise<number> {
  const { rows } = await owner.query('select count(*)::int as count from plm.items where name = $1', [name]);
  return rows[0].count;
}

const unique = (words: string): string => `${words} ${crypto.randomUUID().slice(0, 8)}`;

describe.each([
  { wire: 'anthropic', model: 'claude-sonnet-4-6', email: 'ada@cascade.test' },
  { wire: 'openai', model: 'gpt-4.1', email: 'eli@cascade.test' },
])('the $wire wire', ({ model, email }) => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await signIn(stack, email);
  });

  async function ask(text: string, threadId: string = crypto.randomUUID()) {
    const body = { ...askBody(threadId, crypto.randomUUID(), text), forwardedProps: { model } };
    const events = await collectEvents(await visitor.send('POST', '/api/v1/ai/chat', body));
    return { threadId, events };
  }

  it('streams the arguments, reads rows from Postgres, and returns the result to the model before it answers', async () => {
    const words = unique('Find the elbow');
    provider.script(words, ({ step, results }) =>
      step === 0 ? [call('call_read', 'search_items', { query: 'elbow', itemType: 'Part' })] : `Found ${results[0]}`,
    );
    const { events } = await ask(words);
    expect(typesOf(events).filter((type) => type === 'TOOL_CALL_ARGS').length).toBeGreaterThan(2);
    expect(Object.values(argumentsOf(events))).toEqual([{ query: 'elbow', itemType: 'Part' }]);
    const [result] = resultsOf(events);
    expect(result?.content).toContain('PN-000070');
    expect(textOf(events)).toBe(`Found ${result?.content}`);
    expect(events.at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
    expect(provider.asked(words)).toHaveLength(2);
  });

  it('answers each parallel call by its id, including a refused one', async () => {
    const words = unique('Three at once');
    provider.script(words, ({ step, results }) =>
      step === 0
        ? [
            call('call_a', 'search_items', { query: 'PN-000070' }),
            call('call_b', 'drop_table', { name: 'items' }),
            call('call_c', 'get_bom', { itemId: 'PN-000059', depth: 2 }),
          ]
        : `${results.length} results`,
    );
    const { events } = await ask(words);
    const results = new Map(resultsOf(events).map(({ toolCallId, content }) => [toolCallId, content]));
    expect([...results.keys()].sort()).toEqual(['call_a', 'call_b', 'call_c']);
    expect(results.get('call_a')).toContain('PN-000070');
    expect(results.get('call_b')).toContain('UNKNOWN_TOOL');
    expect(results.get('call_c')).toContain('children');
    expect(textOf(events)).toBe('3 results');
    const [, second] = provider.asked(words);
    const sent = second?.messages.filter(({ role }) => role === 'tool').map(({ tool_call_id }) => tool_call_id);
    expect(sent).toEqual(['call_a', 'call_b', 'call_c']);
  });

  it('turns a write into an approval that changes nothing; the click runs it once, and the model gets the result', async () => {
    const name = unique('Loop Bracket');
    provider.script(name, ({ step, results }) =>
      step === 0
        ? [call('call_make', 'create_item', { itemType: 'Part', name, designId: 'PKH-MFG' })]
        : `Made: ${results[0]}`,
    );
    const { threadId, events } = await ask(`Create ${name}`);
    const [card] = cardsOf(events);
    expect(card?.state).toBe('pending');
    expect(resultsOf(events)).toEqual([]);
    expect(events.at(-1)?.event).toMatchObject({ outcome: { type: 'interrupt' } });
    expect(await countParts(name)).toBe(0);

    const path = `/api/v1/ai/sessions/${threadId}/approvals/${card?.approvalId}`;
    const clicks = await Promise.all(
      Array.from({ length: 5 }, () => visitor.send('POST', path, { decision: 'approve' })),
    );
    expect(clicks.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    const [{ runId }] = (await Promise.all(clicks.filter(({ ok }) => ok).map((click) => click.json()))) as [
      { runId: string },
    ];
    const after = await collectEvents(await visitor.get(`/api/v1/ai/chat?runId=${runId}&threadId=${threadId}`));
    expect(cardsOf(after).at(-1)).toMatchObject({ state: 'confirmed' });
    expect(textOf(after)).toMatch(/Made: .*PN-\d{6}/);
    expect(await countParts(name)).toBe(1);
    expect(provider.asked(name)).toHaveLength(2);
  });

  it('ends a model that never stops calling with a typed error after eight steps (R33)', async () => {
    const words = unique('Never stop');
    provider.script(words, ({ step }) => [call(`call_${step}`, 'search_items', { query: `step ${step}` })]);
    const { events } = await ask(words);
    expect(events.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'TURN_LIMIT' });
    expect(resultsOf(events)).toHaveLength(8);
    expect(provider.asked(words)).toHaveLength(8);
  });

  it('refuses the seventeenth call of a turn and the third identical one (R33)', async () => {
    const words = unique('All at once');
    const same = { query: 'screw' };
    provider.script(words, [
      Array.from({ length: 20 }, (_, n) => call(`call_${n}`, 'search_items', n < 4 ? same : { query: `part ${n}` })),
    ]);
    const { events } = await ask(words);
    const results = resultsOf(events).map(({ content }) => content);
    expect(results).toHaveLength(20);
    expect(results.filter((content) => content.includes('REPEATED'))).toHaveLength(2);
    expect(results.filter((content) => content.includes('TOO_MANY_CALLS'))).toHaveLength(4);
    expect(events.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'TURN_LIMIT' });
    expect(provider.asked(words)).toHaveLength(1);
  });
});
