// OpenAI's reasoning in a conversation: within a tool loop, in the next turn, and with another provider in between.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { responsesFrame } from '../../../durable/providers/scripted-upstream.fixture.ts';
import { responsesEnd } from '../../../durable/providers/wire.fixture.ts';
import { TEST_ORGS } from '../../../local/testing/test-orgs.ts';
import { openUpstreams, saying, type Upstreams } from '../../upstream.fixture.ts';
import { chatBody, readEvents, refillBucket, type Visitor, visitorFor } from '../../visitor.fixture.ts';

const AI = '/api/v1/ai';
const { people } = TEST_ORGS.providers;
const KEY = 'sk-canary-0123456789abcdef';

let upstreams: Upstreams;
let admin: Visitor;
let member: Visitor;
beforeAll(async () => {
  [admin, member] = await Promise.all([visitorFor(people.admin.subject), visitorFor(people.member.subject)]);
  upstreams = openUpstreams();
});
beforeEach(async () => {
  await admin(`${AI}/settings`, { method: 'DELETE' });
  for (const { subject } of [people.admin, people.member]) await refillBucket(subject);
});
afterEach(async () => {
  upstreams.replyAll();
  await admin(`${AI}/settings`, { method: 'DELETE' });
});
afterAll(() => upstreams.close());

async function save(method: 'POST' | 'PUT', body: Record<string, unknown>): Promise<void> {
  expect((await admin(`${AI}/settings`, { method, body })).ok).toBe(true);
  await (await member('/api/v1/me')).text();
}

const ENCRYPTED = 'encrypted-canary==';
const reasoning = {
  ...{ type: 'reasoning' as const, id: 'rs_1', encrypted_content: ENCRYPTED },
  summary: [{ type: 'summary_text' as const, text: 'Which parts?' }],
};
const call = {
  type: 'function_call' as const,
  id: 'fc_1',
  call_id: 'call_1',
  name: 'unknown_tool',
  arguments: '{"a": 1}',
};
const thinksAndCalls = [
  responsesFrame({ type: 'response.output_item.done', output_index: 0, item: reasoning }),
  responsesFrame({ type: 'response.output_item.done', output_index: 1, item: { ...call, status: 'completed' } }),
  responsesEnd('response.completed'),
].join('');

/** The items that the last request sent, and its text. */
function lastSent() {
  const last = upstreams.requests.at(-1);
  const { input = [] } = JSON.parse(last?.text ?? '{}') as { input?: { type: string }[] };
  return { text: last?.text ?? '', items: input, types: input.map(({ type }) => type) };
}

test('reasoning goes back in order to the connection that wrote it, and nowhere else', async () => {
  await save('POST', { provider: 'openai', model: 'gpt-6-sol', apiKey: KEY });
  const threadId = crypto.randomUUID();
  const ask = async (runId: string) => {
    const events = await readEvents(await member(`${AI}/chat`, { body: chatBody(threadId, runId, 'Which parts?') }));
    expect(events.at(-1)?.event.type).toBe('RUN_FINISHED');
    return JSON.stringify(events);
  };
  let asked = 0;
  upstreams.reply('api.openai.com', () => {
    asked += 1;
    if (asked > 1) return saying('Three.', 'https://api.openai.com/v1/responses');
    return new Response(thinksAndCalls, { headers: { 'content-type': 'text/event-stream' } });
  });

  const shown = await ask('one');
  expect(lastSent().types).toEqual(['message', 'reasoning', 'function_call', 'function_call_output']);
  expect(lastSent().items).toContainEqual(reasoning);
  const { id: _id, ...sentCall } = call;
  expect(lastSent().items).toContainEqual(sentCall);
  expect(shown).not.toContain(ENCRYPTED);

  await ask('two');
  expect(lastSent().types).toEqual([
    ...['message', 'reasoning', 'function_call', 'function_call_output', 'message'],
    'message',
  ]);

  await save('PUT', { provider: 'openrouter', model: 'meta/llama-4', apiKey: KEY });
  await ask('three');
  expect(lastSent().text).not.toContain(ENCRYPTED);
  expect(lastSent().text).toContain('unknown_tool');

  const session = await (await member(`${AI}/sessions/${threadId}/messages`)).text();
  expect(session).toContain('unknown_tool');
  expect(session).not.toContain(ENCRYPTED);
});

test('what a model refused is left out from then on, in later steps and turns, also after another model refused something', async () => {
  await save('POST', { provider: 'openai', model: 'gpt-6-sol', apiKey: KEY });
  const threadId = crypto.randomUUID();
  const bodies = () => upstreams.requests.map(({ text }) => JSON.parse(text) as { reasoning: object; input: object[] });
  upstreams.reply('api.openai.com', () => {
    const last = bodies().at(-1);
    // An organization that isn't verified gets no summaries.
    if (last && 'summary' in last.reasoning) {
      const error = { type: 'invalid_request_error', param: 'reasoning.summary', message: 'not verified' };
      return Response.json({ error }, { status: 400 });
    }
    const isFirstStep = JSON.stringify(last?.input.at(-1)).includes('Look it up');
    const answer = isFirstStep ? thinksAndCalls : null;
    if (answer === null) return saying('Three.', 'https://api.openai.com/v1/responses');
    return new Response(answer, { headers: { 'content-type': 'text/event-stream' } });
  });
  const ask = async (model: string, text: string): Promise<boolean[]> => {
    upstreams.forget();
    const body = { ...chatBody(threadId, crypto.randomUUID(), text), forwardedProps: { model } };
    const events = await readEvents(await member(`${AI}/chat`, { body }));
    expect(events.at(-1)?.event.type).toBe('RUN_FINISHED');
    return bodies().map(({ reasoning }) => 'summary' in reasoning);
  };
  expect(await ask('gpt-6-sol', 'Look it up.')).toEqual([true, false, false]);
  expect(await ask('gpt-6-sol', 'And now?')).toEqual([false]);
  expect(await ask('gpt-6.1-sol', 'And now?')).toEqual([true, false]);
  expect(await ask('gpt-6-sol', 'And again?')).toEqual([false]);
  expect(await ask('gpt-6.1-sol', 'And now?')).toEqual([false]);
});
