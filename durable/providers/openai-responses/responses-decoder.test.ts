import type { ResponseError, ResponseOutputItem } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import type { ProviderEvent } from '../provider.ts';
import { collect, createUpstream, joined, openAiResponse, responsesFrame } from '../scripted-upstream.fixture.ts';
import { REPORTED_USAGE, RESPONSES, responsesEnd } from '../wire.fixture.ts';

const run = (...chunks: string[]) => collect(RESPONSES.connect(createUpstream({ chunks }).deps));

const added = (output_index: number, item: ResponseOutputItem) =>
  responsesFrame({ type: 'response.output_item.added', output_index, item });
const done = (output_index: number, item: ResponseOutputItem) =>
  responsesFrame({ type: 'response.output_item.done', output_index, item });
const call = (id: string, args: string, status: 'in_progress' | 'completed' | 'incomplete' = 'completed') => ({
  ...{ type: 'function_call' as const, id: `fc_${id}`, call_id: `call_${id}`, name: `find_${id}` },
  ...{ arguments: args, status },
});
const args = (output_index: number, delta: string) =>
  responsesFrame({ type: 'response.function_call_arguments.delta', item_id: 'any', output_index, delta });
const text = (delta: string, output_index = 0) =>
  responsesFrame({
    ...{ type: 'response.output_text.delta', item_id: 'msg_1', output_index, content_index: 0, delta, logprobs: [] },
  });
const summaryPart = (summary_index: number) =>
  responsesFrame({
    ...{ type: 'response.reasoning_summary_part.added', item_id: 'rs_1', output_index: 0, summary_index },
    part: { type: 'summary_text', text: '' },
  });
const summary = (summary_index: number, delta: string) =>
  responsesFrame({
    ...{ type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', output_index: 0, summary_index, delta },
  });
const failed = (code: string, usage: object | null = null) =>
  responsesEnd('response.failed', {
    status: 'failed',
    error: { code: code as ResponseError['code'], message: 'no' },
    ...(usage === null && { usage: openAiResponse({}).usage }),
  } as Parameters<typeof responsesEnd>[1]);

const callsOf = (events: readonly ProviderEvent[]) =>
  events.flatMap((event) => {
    if (event.type !== 'tool-call-start') return [];
    const own = events.filter((other) => 'id' in other && other.id === event.id);
    return [[event.id, event.name, joined(own, 'tool-call-args'), own.at(-1)?.type === 'tool-call-end']];
  });
const usageOf = (events: readonly ProviderEvent[]) => events.findLast((event) => event.type === 'usage');

describe('calls', () => {
  test('separates interleaved calls by output_index', async () => {
    const { events, error } = await run(
      added(1, call('parts', '', 'in_progress')),
      added(2, call('docs', '', 'in_progress')),
      args(2, '{"d":'),
      args(1, '{"p":1}'),
      args(2, '2}'),
      done(1, call('parts', '{"p":1}')),
      done(2, call('docs', '{"d":2}')),
      responsesEnd('response.completed'),
    );
    expect(error).toBeNull();
    expect(callsOf(events)).toEqual([
      ['call_parts', 'find_parts', '{"p":1}', true],
      ['call_docs', 'find_docs', '{"d":2}', true],
    ]);
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' });
  });

  test('takes a call that a server sends only when it is whole', async () => {
    const { events } = await run(done(0, call('parts', '{"p":1}')), responsesEnd('response.completed'));
    expect(callsOf(events)).toEqual([['call_parts', 'find_parts', '{"p":1}', true]]);
  });

  test('adds the arguments that no delta brought', async () => {
    const { events } = await run(
      added(0, call('parts', '', 'in_progress')),
      args(0, '{"p"'),
      done(0, call('parts', '{"p":1}')),
      responsesEnd('response.completed'),
    );
    expect(callsOf(events)).toEqual([['call_parts', 'find_parts', '{"p":1}', true]]);
  });

  test('breaks the stream when whole arguments differ from their deltas', async () => {
    const { events, error } = await run(
      added(0, call('parts', '', 'in_progress')),
      args(0, '{"p":2'),
      done(0, call('parts', '{"p":1}')),
      responsesEnd('response.completed'),
    );
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    expect(callsOf(events)).toMatchObject([['call_parts', 'find_parts', '{"p":2', false]]);
  });

  test('replaces an id that can’t be used in another wire', async () => {
    const { events } = await run(
      done(0, { ...call('parts', '{}'), call_id: 'has space' }),
      done(1, call('docs', '{}')),
      done(2, call('docs', '{}')),
      responsesEnd('response.completed'),
    );
    const ids = callsOf(events).map(([id]) => id);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  test('leaves a call open that the output limit cut off', async () => {
    const { events, error } = await run(
      added(0, call('parts', '', 'in_progress')),
      args(0, '{"p":'),
      done(0, call('parts', '{"p":', 'incomplete')),
      responsesEnd('response.incomplete', { incomplete_details: { reason: 'max_output_tokens' } }),
    );
    expect(error).toBeNull();
    expect(callsOf(events)).toMatchObject([['call_parts', 'find_parts', '{"p":', false]]);
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' });
  });
});

describe('text and reasoning', () => {
  test('separates the parts of a reasoning summary, and reasoning from text', async () => {
    const { events } = await run(
      summaryPart(0),
      summary(0, '**Looking** for'),
      summary(0, ' parts'),
      summaryPart(1),
      summary(1, 'Counting'),
      text('Three.', 1),
      responsesEnd('response.completed'),
    );
    expect(joined(events, 'reasoning')).toBe('**Looking** for parts\n\nCounting');
    expect(joined(events, 'text')).toBe('Three.');
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
  });

  test('reads the plain reasoning of local servers', async () => {
    const { events } = await run(
      responsesFrame({
        ...{ type: 'response.reasoning_text.delta', item_id: 'rs_1', output_index: 0, content_index: 0, delta: 'hm' },
      }),
      text('Yes.', 1),
      responsesEnd('response.completed'),
    );
    expect(joined(events, 'reasoning')).toBe('hm');
  });

  test('streams a refusal as text, and runs no call of it', async () => {
    const { events } = await run(
      done(0, call('parts', '{}')),
      responsesFrame({
        ...{ type: 'response.refusal.delta', item_id: 'msg_1', output_index: 1, content_index: 0, delta: 'No.' },
      }),
      responsesEnd('response.completed'),
    );
    expect(joined(events, 'text')).toBe('No.');
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'refusal' });
  });

  const message: ResponseOutputItem = {
    ...{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed' },
    content: [{ type: 'output_text', text: 'All at once.', annotations: [] }],
  };

  test.each([
    ['with its message', [done(0, message), responsesEnd('response.completed', { output: [message] })]],
    ['with the response', [responsesEnd('response.completed', { output: [message] })]],
    ['in deltas', [text('All at once.'), done(0, message), responsesEnd('response.completed', { output: [message] })]],
  ])('shows once a text that comes %s', async (_how, frames) => {
    const { events, error } = await run(...frames);
    expect(error).toBeNull();
    expect(joined(events, 'text')).toBe('All at once.');
  });

  test('ignores events, items and fields that it doesn’t know', async () => {
    const raw = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
    const { events, error } = await run(
      raw({ type: 'response.something.new', output_index: 0, delta: 7 }),
      raw({
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'hologram', content: 'x', arguments: 7 },
      }),
      raw({ type: 'response.output_item.done', output_index: 0, item: { type: 'hologram', content: 'x', name: 7 } }),
      raw({ type: 'response.output_text.delta', output_index: 1, delta: 'a', obfuscation: 'zzzz' }),
      responsesEnd('response.completed'),
    );
    expect(error).toBeNull();
    expect(joined(events, 'text')).toBe('a');
  });
});

describe('what goes back', () => {
  const reasoning = (id: string, encrypted: string | null): ResponseOutputItem => ({
    ...{ type: 'reasoning', id, encrypted_content: encrypted, status: 'completed' },
    summary: [{ type: 'summary_text', text: `summary of ${id}` }],
  });
  const said = (id: string, phase: 'commentary' | 'final_answer' | null): ResponseOutputItem => ({
    ...{ type: 'message', id, role: 'assistant', status: 'completed', phase },
    content: [{ type: 'output_text', text: `text of ${id}`, annotations: [] }],
  });
  const statesOf = (events: readonly ProviderEvent[]) =>
    events.flatMap((event) => (event.type === 'state' ? [[event.of.part, event.payload]] : []));

  test('is the encrypted reasoning of finished items and the phase of messages, in order', async () => {
    const { events, error } = await run(
      added(0, reasoning('rs_1', 'partial')),
      summary(0, 'summary of rs_1'),
      done(0, reasoning('rs_1', 'whole==')),
      done(1, said('msg_1', 'commentary')),
      done(2, call('parts', '{}')),
      done(3, reasoning('rs_2', 'whole2==')),
      done(4, said('msg_2', 'final_answer')),
      responsesEnd('response.completed'),
    );
    expect(error).toBeNull();
    const item = (id: string, encrypted_content: string) => ({
      ...{ type: 'reasoning', id, encrypted_content },
      summary: [{ type: 'summary_text', text: `summary of ${id}` }],
    });
    expect(statesOf(events)).toEqual([
      ['reasoning', item('rs_1', 'whole==')],
      ['text', { phase: 'commentary' }],
      ['reasoning', item('rs_2', 'whole2==')],
      ['text', { phase: 'final_answer' }],
    ]);
    const order = events.flatMap(({ type }) => (/^(reasoning|text|tool-call-start|state)$/.test(type) ? [type] : []));
    expect(order).toEqual(['reasoning', 'state', 'text', 'state', 'tool-call-start', 'state', 'text', 'state']);
  });

  test('is nothing for reasoning that the server would have to look up', async () => {
    const { events } = await run(
      done(0, reasoning('rs_1', null)),
      done(1, said('msg_1', null)),
      responsesEnd('response.completed'),
    );
    expect(statesOf(events)).toEqual([]);
  });

  test('separates messages without a phase by a paragraph', async () => {
    const { events } = await run(
      text('One.', 0),
      text('Two.', 1),
      text(' Three.', 1),
      responsesEnd('response.completed'),
    );
    expect(joined(events, 'text')).toBe('One.\n\nTwo. Three.');
  });

  test('counts what was written to the cache for longer', async () => {
    const details = { cached_tokens: 0, cache_write_tokens: 300 };
    const { events } = await run(
      text('a'),
      responsesEnd('response.completed', {
        usage: {
          ...{ input_tokens: 400, output_tokens: 5, total_tokens: 405, output_tokens_details: { reasoning_tokens: 0 } },
          input_tokens_details: {
            ...details,
            cache_write_tokens_details: { ttl_12h_tokens: 200, ttl_30m_tokens: 100 },
          },
        },
      }),
    );
    expect(usageOf(events)).toMatchObject({
      usage: { inputTokens: 100, cacheWriteTokens: 300, longCacheWriteTokens: 200 },
    });
  });
});

describe('endings', () => {
  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'filter'],
    ['max_messages', 'unknown'],
    ['steered', 'unknown'],
    ['something_new', 'unknown'],
  ])('an incomplete response (%s) ends with %s and its usage', async (reason, expected) => {
    const details = { reason } as { reason: 'max_output_tokens' };
    const { events, error } = await run(
      text('half'),
      responsesEnd('response.incomplete', { incomplete_details: details }),
    );
    expect(error).toBeNull();
    expect(usageOf(events)).toEqual({ type: 'usage', usage: REPORTED_USAGE });
    expect(events.at(-1)).toEqual({ type: 'finish', reason: expected });
  });

  test.each([
    ['server_error', 'PROVIDER_BROKEN_STREAM'],
    ['server_is_overloaded', 'PROVIDER_OVERLOADED'],
    ['rate_limit_exceeded', 'PROVIDER_RATE_LIMITED'],
    ['insufficient_quota', 'PROVIDER_RATE_LIMITED'],
    ['invalid_prompt', 'PROVIDER_REFUSED'],
    ['context_length_exceeded', 'PROVIDER_CONTEXT'],
    ['something_new', 'PROVIDER_BROKEN_STREAM'],
  ])('a failed response (%s) is %s, and its usage is charged (R36)', async (code, expected) => {
    const { events, error } = await run(text('half'), failed(code, REPORTED_USAGE));
    expect(error).toMatchObject({ code: expected });
    expect(joined(events, 'text')).toBe('half');
    expect(usageOf(events)).toMatchObject({ usage: { inputTokens: 12, outputTokens: 42 } });
  });

  test('a refusal before the model worked costs nothing (R36)', async () => {
    const { events, error } = await run(failed('rate_limit_exceeded'));
    expect(error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED' });
    expect(events).toEqual([]);
  });

  test.each(['bio_policy', 'misalignment_policy_violation'])(
    'a failed response (%s) is a filtered answer',
    async (code) => {
      const { events, error } = await run(text('half'), failed(code));
      expect(error).toBeNull();
      expect(events.at(-1)).toEqual({ type: 'finish', reason: 'filter' });
    },
  );

  test('reads an error event, also in the form of an HTTP error', async () => {
    const error = { type: 'error', code: 'rate_limit_exceeded', message: 'slow down', param: null };
    for (const data of [error, { type: 'error', error: { ...error, type: 'rate_limit_error', code: null } }]) {
      const outcome = await run(text('half'), `event: error\ndata: ${JSON.stringify(data)}\n\n`);
      expect(outcome.error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED' });
      expect(usageOf(outcome.events)).toMatchObject({ usage: { estimated: true } });
    }
  });

  test.each([
    ['without an end', []],
    ['with [DONE] only', ['data: [DONE]\n\n']],
  ])('a stream %s is broken, and charged (R45)', async (_how, frames) => {
    const { events, error } = await run(text('half an answer'), ...frames);
    expect(error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
    expect(usageOf(events)).toMatchObject({ usage: { estimated: true } });
  });
});
