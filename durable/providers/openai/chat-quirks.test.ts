// What servers of the Chat Completions wire do differently, one test each.
import { describe, expect, test } from 'vitest';
import type { AssistantPart, ModelRequest, ProviderEvent } from '../provider.ts';
import { collect, createUpstream, joined, REQUEST, type ScriptedResponse } from '../scripted-upstream.fixture.ts';
import { CONNECTION, OPENAI } from '../wire.fixture.ts';
import { openAiRequest } from './chat-request.ts';

const TOOLS = [{ name: 'find_parts', description: 'Finds parts.', parameters: { type: 'object' } }];

const sse = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`;
const choice = (delta: unknown, finish: string | null = null, more: object = {}) =>
  sse({ id: 'chatcmpl-1', choices: [{ index: 0, delta, finish_reason: finish, ...more }] });
const END = ['data: [DONE]\n\n'];

async function read(...chunks: string[]) {
  const upstream = createUpstream({ chunks });
  const { events, error } = await collect(OPENAI.connect(upstream.deps), { ...REQUEST, tools: TOOLS });
  const calls = events.flatMap((event) =>
    event.type === 'tool-call-end'
      ? [
          joined(
            events.filter((one) => one.type === 'tool-call-args' && one.id === event.id),
            'tool-call-args',
          ),
        ]
      : [],
  );
  const finish = events.find((event) => event.type === 'finish');
  return {
    events,
    error,
    calls,
    text: joined(events, 'text'),
    reasoning: joined(events, 'reasoning'),
    reason: finish?.type === 'finish' ? finish.reason : null,
  };
}

const call = (piece: object) => choice({ tool_calls: [piece] });
const fn = (args: unknown, name: string | null = 'find_parts') => ({ function: { name, arguments: args } });

describe('tool calls', () => {
  test.each<[string, string[], string[]]>([
    [
      'all at index 0 are kept apart by their ids',
      [
        call({ index: 0, id: 'a', ...fn('{"q":') }),
        call({ index: 0, ...fn('1}', null) }),
        call({ index: 0, id: 'b', ...fn('{"q":2}') }),
      ],
      ['{"q":1}', '{"q":2}'],
    ],
    [
      'with one index and one id are kept apart where one is whole',
      [call({ index: 0, id: 'a', ...fn('{"q":1}') }), call({ index: 0, id: 'a', ...fn('{"q":2}') })],
      ['{"q":1}', '{"q":2}'],
    ],
    [
      'with one index and without ids are kept apart by their names',
      [
        call({ index: 0, ...fn('{"q":1}') }),
        call({ index: 0, ...fn('', 'find_docs') }),
        call({ index: 0, ...fn('{}', null) }),
      ],
      ['{"q":1}', '{}'],
    ],
    [
      'that repeat id and name with each piece are one',
      [
        call({ index: 0, id: 'a', ...fn('{"q"') }),
        call({ index: 0, id: 'a', ...fn(':1}') }),
        call({ index: 0, id: 'a', ...fn('') }),
      ],
      ['{"q":1}'],
    ],
    [
      'without an index are kept apart',
      [call({ id: 'a', ...fn('{"q":1}') }), call({ id: 'b', ...fn('{"q":') }), call(fn('2}', null))],
      ['{"q":1}', '{"q":2}'],
    ],
    ['may have an object as arguments', [call({ index: 0, id: 'a', ...fn({ q: 1 }) })], ['{"q":1}']],
  ])('%s', async (_what, chunks, expected) => {
    const { calls, error, reason } = await read(...chunks, choice({}, 'tool_calls'), ...END);
    expect(error).toBeNull();
    expect(calls).toEqual(expected);
    expect(reason).toBe('tool-calls');
  });

  test('named as the reason but absent end the answer as it is', async () => {
    const { text, reason, error } = await read(choice({ content: 'Fine.' }), choice({}, 'tool_calls'), ...END);
    expect([text, reason, error]).toEqual(['Fine.', 'stop', null]);
  });

  test('get ids that no other call of the conversation has', async () => {
    const upstream = createUpstream({
      chunks: [call({ index: 0, id: 'call_0', ...fn('{}') }), choice({}, 'tool_calls'), ...END],
    });
    const idIn = async (more: Partial<ModelRequest>) => {
      const { events } = await collect(OPENAI.connect(upstream.deps), { ...REQUEST, ...more });
      return events.flatMap((event) => (event.type === 'tool-call-start' ? [event.id] : []))[0];
    };
    expect(await idIn({})).toBe('call_0');
    const parts: AssistantPart[] = [{ type: 'tool-call', id: 'call_0', name: 'find_parts', arguments: '{}' }];
    expect(await idIn({ messages: [...REQUEST.messages, { role: 'assistant', parts }] })).not.toBe('call_0');
    expect(await idIn({ isCallIdTaken: (id) => id === 'call_0' })).not.toBe('call_0');
  });
});

describe('the text of an answer', () => {
  test.each<[string, unknown[]]>([
    ['a list of parts', [[{ type: 'text', text: 'Hello ' }], [{ type: 'text', text: 'there.' }]]],
    ['parts mixed with strings', ['Hello ', ['the', { type: 'text', text: 're.' }]]],
    ['one part', ['Hello ', { type: 'text', text: 'there.' }]],
  ])('may be %s', async (_what, contents) => {
    const { text, error } = await read(...contents.map((content) => choice({ content })), choice({}, 'stop'), ...END);
    expect([text, error]).toEqual(['Hello there.', null]);
  });

  test('may be a whole message in place of deltas, and is not repeated by one', async () => {
    const message = { role: 'assistant', content: 'Hello there.' };
    const whole = choice(undefined, 'stop', { message });
    expect((await read(whole, ...END)).text).toBe('Hello there.');
    expect((await read(choice({ content: 'Hello there.' }), whole, ...END)).text).toBe('Hello there.');
  });

  test('comes from the first of two choices', async () => {
    const two = sse({
      choices: [
        { index: 0, delta: { content: 'One.' } },
        { index: 1, delta: { content: 'Two.' } },
      ],
    });
    const other = sse({ choices: [{ index: 1, delta: { content: 'Other.' }, finish_reason: 'length' }] });
    const { text, reason } = await read(two, other, choice({}, 'stop'), other, ...END);
    expect([text, reason]).toEqual(['One.', 'stop']);
  });

  test('is broken, not doubled, when the answer begins again', async () => {
    const again = [choice({ role: 'assistant', content: '' }), choice({ content: 'Hello there.' })];
    expect((await read(...again, ...again, choice({}, 'stop'))).error).toMatchObject({
      code: 'PROVIDER_BROKEN_STREAM',
    });
    const other = again.map((chunk) => chunk.replace('chatcmpl-1', 'chatcmpl-2').replace('"role":"assistant",', ''));
    const retried = await read(...again, choice({ content: ' And' }), ...other, choice({}, 'stop'));
    expect(retried.error).toMatchObject({ code: 'PROVIDER_BROKEN_STREAM' });
  });

  test('may come in chunks of which only some have an id', async () => {
    const chunks = ['Hello ', 'there', '.'].map((content) => choice({ content }));
    const end = sse({ id: '', choices: [{ index: 0, delta: { content: '!' }, finish_reason: 'stop' }] });
    expect(await read(...chunks, end, ...END)).toMatchObject({ text: 'Hello there.!', error: null });
  });

  test('may come in chunks that each have the role or an id of their own', async () => {
    const chunks = ['Hello ', 'there.'].map((content, index) =>
      sse({ id: `chunk-${index}`, choices: [{ index: 0, delta: { role: 'assistant', content } }] }),
    );
    const end = choice({ role: 'assistant', content: '' }, 'stop');
    expect(await read(...chunks, end, ...END)).toMatchObject({ text: 'Hello there.', error: null });
  });

  test('is whole when the last event has no blank line, or a space behind it', async () => {
    const text = [choice({ content: 'Hello.' }), choice({}, 'stop')];
    for (const end of ['data: [DONE]', 'data: [DONE] \n\n', 'data: [DONE]\n', 'data: [DO', ''])
      expect(await read(...text, end)).toMatchObject({ text: 'Hello.', reason: 'stop', error: null });
    const last = choice({ content: 'Hello.' }, 'stop').trimEnd();
    expect(await read(last)).toMatchObject({ text: 'Hello.', reason: 'stop', error: null });
  });
});

describe('reasoning', () => {
  test('is read beside an empty field of another name', async () => {
    const { reasoning } = await read(
      choice({ reasoning: null, reasoning_content: 'why' }),
      choice({ content: 'Yes.' }, 'stop'),
    );
    expect(reasoning).toBe('why');
  });

  test('may be a part of the content', async () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'why' }] },
      { type: 'text', text: 'Yes.' },
    ];
    expect(await read(choice({ content }, 'stop'))).toMatchObject({ reasoning: 'why', text: 'Yes.' });
  });

  const cases: [string, string, string][] = [
    ['<think>why</think>\n\nYes.', 'why', 'Yes.'],
    ['\n<think>\nwhy\n</think>Yes.', '\nwhy\n', 'Yes.'],
    ['<thinking>a </think b</thinking>Yes.', 'a </think b', 'Yes.'],
    ['Use <think> tags.', '', 'Use <think> tags.'],
    ['<thin ice>', '', '<thin ice>'],
    ['<think></think>Yes.', '', 'Yes.'],
  ];
  test.each(cases)('between tags is kept apart from the answer, wherever it is cut: %j', async (content, why, said) => {
    for (const size of [1, 2, 3, 7, 100]) {
      const pieces = content.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const { reasoning, text } = await read(...pieces.map((piece) => choice({ content: piece })), choice({}, 'stop'));
      expect([reasoning, text]).toEqual([why, said]);
    }
  });

  test('whose tag is never closed is shown as the answer too, rather than nothing', async () => {
    expect((await read(choice({ content: '<think> is a tag.' }, 'stop'))).text).toBe(' is a tag.');
  });
});

describe('how an answer ends', () => {
  test.each(['error', 'made_up'])('with %s is a failure', async (reason) => {
    expect((await read(choice({ content: 'Half' }), choice({}, reason), ...END)).reason).toBe('unknown');
    expect((await read(choice({ content: 'Half' }, 'stop'), choice({}, reason), ...END)).reason).toBe('unknown');
  });

  test('with a second finish is what the first one said', async () => {
    const { reason } = await read(choice({ content: 'Half' }, 'length'), choice({ content: '' }, 'stop'), ...END);
    expect(reason).toBe('length');
  });

  test.each([[1.5], ['12'], [1e300], [-1], [null], [{}]])('counts what it can of a usage of %j', async (count) => {
    const usage = sse({ choices: [], usage: { prompt_tokens: count, completion_tokens: count } });
    expect(await read(choice({ content: 'Yes.' }, 'stop'), usage, ...END)).toMatchObject({ text: 'Yes.', error: null });
  });
});

describe('what a server wants back', () => {
  /** The answer of these chunks as it is sent in the next request. */
  async function sentBack(chunks: string[], more: Partial<ModelRequest> = {}) {
    const { events } = await read(...chunks);
    const parts = toParts(events);
    const results = parts.flatMap((part) =>
      part.type === 'tool-call'
        ? [{ role: 'tool' as const, toolCallId: part.id, toolName: part.name, text: 'ok' }]
        : [],
    );
    const messages = [...REQUEST.messages, { role: 'assistant' as const, parts }, ...results];
    const { messages: sent } = openAiRequest({ ...REQUEST, tools: TOOLS, messages, ...more }, CONNECTION.quirks);
    return sent.find(({ role }) => role === 'assistant') as unknown as Record<string, unknown>;
  }

  function toParts(events: readonly ProviderEvent[]): AssistantPart[] {
    const { connection, model } = REQUEST;
    const parts: AssistantPart[] = [];
    for (const event of events) {
      if (event.type === 'text') parts.push({ type: 'text', text: event.delta });
      if (event.type === 'tool-call-start')
        parts.push({ type: 'tool-call', id: event.id, name: event.name, arguments: '{}' });
      if (event.type !== 'state') continue;
      const state = { wire: event.wire, connection, model, payload: event.payload };
      const { of } = event;
      if (of.part === 'reasoning') parts.push({ type: 'reasoning', state });
      else if (of.part === 'tool-call') {
        const at = parts.findIndex((part) => part.type === 'tool-call' && part.id === of.id);
        const part = parts[at];
        if (part?.type === 'tool-call') parts[at] = { ...part, state };
      }
    }
    return parts;
  }

  const CALLS = [call({ index: 0, id: 'call_a', ...fn('{}') }), choice({}, 'tool_calls'), ...END];

  test.each(['google', 'vertex'])('is a thought signature of Gemini, on its own call only (%s)', async (vendor) => {
    const extra = { extra_content: { [vendor]: { thought_signature: 'signed' } } };
    const first = call({ index: 0, id: 'call_a', ...fn('{}'), ...extra });
    const second = call({ index: 1, id: 'call_b', ...fn('{}') });
    const sent = await sentBack([first, second, choice({}, 'stop'), ...END]);
    expect(sent['tool_calls']).toEqual([
      { id: 'call_a', type: 'function', function: { name: 'find_parts', arguments: '{}' }, ...extra },
      { id: 'call_b', type: 'function', function: { name: 'find_parts', arguments: '{}' } },
    ]);
  });

  test('is the reasoning of DeepSeek', async () => {
    const sent = await sentBack([
      choice({ reasoning_content: 'first ' }),
      choice({ reasoning_content: 'second' }),
      ...CALLS,
    ]);
    expect(sent['reasoning_content']).toBe('first second');
  });

  test('are the reasoning details of OpenRouter, whole and in order', async () => {
    const piece = (detail: object) => choice({ reasoning: 'x', reasoning_details: [detail] });
    const sent = await sentBack([
      piece({ type: 'reasoning.text', text: 'first ', index: 0, format: 'f' }),
      piece({ type: 'reasoning.text', text: 'second', index: 0, format: 'f' }),
      piece({ type: 'reasoning.text', text: '', signature: 'signed', index: 0, format: 'f' }),
      piece({ type: 'reasoning.encrypted', data: 'opaque', index: 1, format: 'f' }),
      ...CALLS,
    ]);
    expect(sent['reasoning_details']).toEqual([
      { type: 'reasoning.text', text: 'first second', signature: 'signed', index: 0, format: 'f' },
      { type: 'reasoning.encrypted', data: 'opaque', index: 1, format: 'f' },
    ]);
    expect(sent).not.toHaveProperty('reasoning_content');
  });

  test('is not sent to another model or connection', async () => {
    const chunks = [choice({ reasoning_content: 'why' }), ...CALLS];
    expect(await sentBack(chunks, { model: 'other' })).not.toHaveProperty('reasoning_content');
    expect(await sentBack(chunks, { connection: 'other' })).not.toHaveProperty('reasoning_content');
  });
});

describe('the effort', () => {
  const sentFor = (request: Partial<ModelRequest>) =>
    openAiRequest({ ...REQUEST, ...request }, CONNECTION.quirks).reasoning_effort;

  test('is sent to a model of the catalog that has the level', () => {
    expect(sentFor({ model: 'gemini-4-argon', effort: 'low' })).toBe('low');
    expect(sentFor({ model: 'gemini-4-argon', effort: 'xhigh' })).toBeUndefined();
    expect(sentFor({ model: 'gemini-4-argon' })).toBeUndefined();
  });

  test('is not sent to a model without levels, or one that the catalog doesn’t list', () => {
    expect(sentFor({ model: 'gemini-3.8-flash', effort: 'low' })).toBeUndefined();
    expect(sentFor({ model: 'some-model', effort: 'low' })).toBeUndefined();
  });
});

describe('what a server refuses', () => {
  const refusal = (message: string, status = 400, body: object = { error: { message } }): ScriptedResponse => ({
    status,
    headers: { 'content-type': 'application/json' },
    chunks: [JSON.stringify(body)],
  });
  const WHOLE = { chunks: [choice({ content: 'Yes.' }, 'stop'), ...END] };
  let served = 0;

  /** At an address of its own, because what is learned is kept. */
  async function ask(request: Partial<ModelRequest>, ...responses: ScriptedResponse[]) {
    const upstream = createUpstream(...responses);
    served += 1;
    const connection = { ...CONNECTION, baseUrl: `https://provider-${served}.test` };
    const provider = OPENAI.connect(upstream.deps, connection);
    const { error } = await collect(provider, { ...REQUEST, ...request });
    return { provider, error, upstream, bodies: upstream.requests.map(({ body }) => body as Record<string, unknown>) };
  }

  test.each([
    "Unsupported parameter: 'max_completion_tokens' is not supported with this model. Use 'max_tokens' instead.",
    '[{"loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted"}]',
    'Unrecognized request argument supplied: max_completion_tokens',
  ])('of the limit is sent in the other field, once, and remembered: %s', async (message) => {
    const { provider, bodies, error, upstream } = await ask({}, refusal(message), WHOLE);
    expect(error).toBeNull();
    expect(bodies.map((body) => [body['max_completion_tokens'], body['max_tokens']])).toEqual([
      [512, undefined],
      [undefined, 512],
    ]);
    await collect(provider);
    expect(upstream.requests).toHaveLength(3);
    expect(upstream.requests[2]?.body).toMatchObject({ max_tokens: 512 });
  });

  test('both fields of the limit ends the request', async () => {
    const { error, bodies } = await ask(
      {},
      refusal("'max_completion_tokens' is not supported"),
      refusal("'max_tokens' is not supported"),
    );
    expect(error).toMatchObject({ code: 'PROVIDER_REFUSED' });
    expect(bodies).toHaveLength(2);
  });

  test('a limit that is too high is not a matter of its field', async () => {
    const { bodies } = await ask({}, refusal('max_completion_tokens is too large: 512'), WHOLE);
    expect(bodies).toHaveLength(1);
  });

  test('the effort is sent without it, once, and remembered', async () => {
    const request = { model: 'gemini-4-argon', effort: 'high' };
    const message = 'Thinking level is not supported for this model.';
    const { provider, bodies, error, upstream } = await ask(request, refusal(message), WHOLE);
    expect(error).toBeNull();
    expect(bodies.map((body) => body['reasoning_effort'])).toEqual(['high', undefined]);
    await collect(provider, { ...REQUEST, ...request });
    expect(upstream.requests).toHaveLength(3);
    expect(upstream.requests[2]?.body).not.toHaveProperty('reasoning_effort');
  });

  test('of call ids is sent with short ones', async () => {
    const parts: AssistantPart[] = [{ type: 'tool-call', id: 'call_long_id', name: 'find_parts', arguments: '{}' }];
    const messages = [...REQUEST.messages, { role: 'assistant' as const, parts }];
    const message = 'Tool call id was call_long_id but must be a-z, A-Z, 0-9, with a length of 9.';
    const { error, bodies } = await ask({ messages, tools: TOOLS }, refusal(message), WHOLE);
    expect(error).toBeNull();
    expect(JSON.stringify(bodies[1])).not.toContain('call_long_id');
  });

  test.each<[string, ScriptedResponse]>([
    ['402', refusal('Payment required', 402)],
    [
      'a 429 for the quota',
      refusal('', 429, { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } }),
    ],
    ['a 429 for a spending limit', refusal('Your organization has reached its spend limit', 429)],
  ])('for lack of credit (%s) is not repeated', async (_what, response) => {
    const { error, bodies } = await ask({}, response, WHOLE);
    expect(error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', detail: expect.stringContaining('credit') });
    expect(bodies).toHaveLength(1);
  });

  test('in a list, as Google does, is understood', async () => {
    const list = [{ error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' } }] as object;
    const { error } = await ask({}, refusal('', 400, list));
    expect(String((error as Error).cause)).toContain('API key not valid.');
  });
});
