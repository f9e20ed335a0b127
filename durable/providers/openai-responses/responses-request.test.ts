import type { ResponseCreateParamsStreaming } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { responsesProblems } from '../../../local/testing/providers/responses-rules.ts';
import { MODELS } from '../models/models.ts';
import type { AssistantPart, ModelRequest, PartState } from '../provider.ts';
import { answered, collect, createUpstream, REQUEST } from '../scripted-upstream.fixture.ts';
import { CONNECTION, RESPONSES } from '../wire.fixture.ts';
import { isStrict, type ReasoningTraits, responsesRequest } from './responses-request.ts';

const bodyOf = (request: Partial<ModelRequest>, traits: ReasoningTraits | null = null) =>
  responsesRequest({ ...REQUEST, ...request }, { quirks: CONNECTION.quirks, safetyIdentifier: null, traits });

test('the request holds the whole conversation and lets the provider store nothing', () => {
  const parameters = { type: 'object', properties: { query: { type: 'string' } } };
  const body = bodyOf({
    tools: [{ name: 'find_parts', description: 'finds parts', parameters }],
    messages: [
      { role: 'user', text: 'find it' },
      answered('Looking.', { id: 'c1', name: 'find_parts', arguments: '{"query": "bolt"}' }),
      { role: 'tool', toolCallId: 'c1', toolName: 'find_parts', text: '3 parts' },
      answered(''),
      { role: 'user', text: 'thanks' },
    ],
  });
  expect(body).toEqual({
    model: 'some-model',
    instructions: 'You are terse.',
    input: [
      { type: 'message', role: 'user', content: 'find it' },
      { type: 'message', role: 'assistant', content: 'Looking.' },
      // Exactly as the model wrote it.
      { type: 'function_call', call_id: 'c1', name: 'find_parts', arguments: '{"query": "bolt"}' },
      { type: 'function_call_output', call_id: 'c1', output: '3 parts' },
      { type: 'message', role: 'user', content: 'thanks' },
    ],
    tools: [{ type: 'function', name: 'find_parts', description: 'finds parts', parameters, strict: false }],
    max_output_tokens: 512,
    store: false,
    prompt_cache_key: 'conversation-1',
    stream: true,
  } satisfies ResponseCreateParamsStreaming);
});

const TOOLS = [{ name: 'find_parts', description: 'finds parts', parameters: { type: 'object' } }];

test('replaces arguments that are no JSON object, and keeps what the model wrote', () => {
  const call = { id: 'c1', name: 'find_parts', arguments: '{"query":' };
  const { input } = bodyOf({ tools: TOOLS, messages: [...REQUEST.messages, answered('', call)] });
  expect(input).toContainEqual({
    ...{ type: 'function_call', call_id: 'c1', name: 'find_parts' },
    arguments: '{"unparsed":"{\\"query\\":"}',
  });
});

describe('reasoning', () => {
  const traits: ReasoningTraits = {
    capabilities: ['tools', 'reasoning'],
    effort: { levels: ['none', 'low', 'high'], default: 'low' },
  };

  test('is asked for with a summary and in encrypted form, from models that have it', () => {
    expect(bodyOf({}, traits)).toMatchObject({
      reasoning: { summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    });
    for (const other of [null, { ...traits, capabilities: ['tools' as const] }]) {
      expect(bodyOf({ effort: 'high' }, other)).not.toHaveProperty('reasoning');
      expect(bodyOf({}, other)).not.toHaveProperty('include');
    }
  });

  test('has the effort that was chosen, if the model has that level', () => {
    expect(bodyOf({ effort: 'high' }, traits).reasoning).toEqual({ effort: 'high', summary: 'auto' });
    expect(bodyOf({ effort: 'max' }, traits).reasoning).toEqual({ summary: 'auto' });
    expect(bodyOf({ effort: 'none' }, traits).reasoning).toEqual({ effort: 'none' });
  });

  const state = (payload: unknown, more: Partial<PartState> = {}): PartState => ({
    ...{ wire: 'openai-responses', connection: REQUEST.connection, model: 'gpt-6-sol', payload },
    ...more,
  });
  const item = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'hm' }],
    encrypted_content: 'e==',
  };
  /** The items of an answer: the last thing before it is a question, and behind it are a question or its results. */
  const partsOf = (...parts: AssistantPart[]) => {
    const messages = [...REQUEST.messages, { role: 'assistant' as const, parts }];
    const { input } = bodyOf({ tools: TOOLS, messages });
    const items = (Array.isArray(input) ? input : []).slice(1, -1);
    return items.filter((sent) => sent.type !== 'function_call_output');
  };
  const call = { type: 'tool-call' as const, id: 'c1', name: 'find_parts', arguments: '{}' };

  test('is sent back as it came, before what it led to, with the phase of each message', () => {
    const sent = partsOf(
      { type: 'reasoning', state: state(item) },
      { type: 'text', text: 'Looking.', state: state({ phase: 'commentary' }) },
      call,
    );
    expect(sent).toEqual([
      item,
      { type: 'message', role: 'assistant', content: 'Looking.', phase: 'commentary' },
      { type: 'function_call', call_id: 'c1', name: 'find_parts', arguments: '{}' },
    ]);
  });

  test('of another connection or wire, or in another shape, is left out', () => {
    for (const foreign of [
      state(item, { connection: 'another' }),
      state(item, { wire: 'anthropic' }),
      state({ type: 'thinking', signature: 's' }),
      state({ ...item, encrypted_content: null }),
      state('text'),
    ]) {
      expect(partsOf({ type: 'reasoning', state: foreign }, { type: 'text', text: 'a', state: foreign })).toEqual([
        { type: 'message', role: 'assistant', content: 'a' },
      ]);
    }
  });

  test('stays after a change of model on one connection', () => {
    expect(partsOf({ type: 'reasoning', state: state(item, { model: 'gpt-5' }) }, call)).toContainEqual(item);
  });

  test('goes only to models that reason, or that the catalog doesn’t list', () => {
    const parts: AssistantPart[] = [{ type: 'reasoning', state: state(item) }, call];
    const request = { tools: TOOLS, messages: [...REQUEST.messages, { role: 'assistant' as const, parts }] };
    expect(bodyOf(request, traits).input).toContainEqual(item);
    expect(bodyOf(request, null).input).toContainEqual(item);
    const plain = bodyOf({ ...request, model: 'gpt-4.1' }, { capabilities: ['tools'], effort: null });
    expect(plain.input).not.toContainEqual(item);
    expect(plain.input).toContainEqual(expect.objectContaining({ call_id: 'c1', type: 'function_call' }));
    expect(responsesProblems(plain)).toEqual([]);
  });

  test('that led to nothing is left out', () => {
    const reasoning = { type: 'reasoning' as const, state: state(item) };
    expect(partsOf(call, reasoning)).toEqual([expect.objectContaining({ call_id: 'c1' })]);
    expect(JSON.stringify(partsOf(reasoning, { type: 'text', text: '' }))).not.toContain('rs_1');
  });

  test('of a local server goes back to it in plain text', () => {
    const { encrypted_content: _, ...plain } = { ...item, content: [{ type: 'reasoning_text', text: 'hm' }] };
    expect(partsOf({ type: 'reasoning', state: state(plain) }, call)).toContainEqual(plain);
  });
});

describe.each(MODELS.filter(({ wire }) => wire === 'openai-responses'))('$id', (model) => {
  test('gets a request that the API takes, without a parameter that the model refuses', () => {
    const tools = [{ name: 'find_parts', description: 'finds parts', parameters: { type: 'object', properties: {} } }];
    for (const effort of [undefined, ...(model.effort?.levels ?? [])]) {
      const body = bodyOf({ model: model.id, tools, ...(effort && { effort }) }, model);
      expect(responsesProblems(body)).toEqual([]);
      expect(Object.keys(body).filter((field) => model.refusedParameters.includes(field))).toEqual([]);
      expect(body.reasoning?.effort).toBe(effort);
    }
  });
});

describe('strict mode', () => {
  const strict = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    isStrict({
      ...{ type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
      ...more,
    });

  test.each([
    ['an empty object', {}],
    ['required properties', { a: { type: 'string', description: 'a' }, b: { enum: ['x', 'y'] } }],
    ['lists and alternatives', { a: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } } }],
  ])('is on for %s', (_what, properties) => {
    expect(strict(properties)).toBe(true);
  });

  test.each([
    ['an optional property', strict({ a: { type: 'string' } }, { required: [] })],
    ['other properties', strict({}, { additionalProperties: true })],
    ['an unlisted keyword', strict({ a: { type: 'string', minLength: 1 } })],
    ['a default', strict({ a: { type: 'string', default: 'x' } })],
    ['an optional property of a nested object', strict({ a: { type: 'object', properties: { b: {} } } })],
    ['a list of anything', strict({ a: { type: 'array' } })],
    ['no object', isStrict({ type: 'string' })],
  ])('is off for %s', (_what, isOn) => {
    expect(isOn).toBe(false);
  });
});

describe('who asks', () => {
  const sentFor = async (asker: ModelRequest['asker'], acceptsPromptCacheKey = true) => {
    const upstream = createUpstream({ chunks: RESPONSES.text('hi') });
    const connection = { ...CONNECTION, quirks: { ...CONNECTION.quirks, acceptsPromptCacheKey } };
    await collect(RESPONSES.connect(upstream.deps, connection), { ...REQUEST, ...(asker && { asker }) });
    return upstream.requests[0]?.body as { safety_identifier?: string };
  };
  const asker = { orgId: '0c000000-0000-4000-8000-000000000001', userId: '0a000000-0000-4000-8000-000000000001' };

  test('is sent as a hash that differs by person and organization', async () => {
    const { safety_identifier: sent } = await sentFor(asker);
    expect(sent).toMatch(/^[0-9a-f]{64}$/);
    expect((await sentFor(asker)).safety_identifier).toBe(sent);
    expect((await sentFor({ ...asker, userId: asker.orgId })).safety_identifier).not.toBe(sent);
    expect((await sentFor({ ...asker, orgId: asker.userId })).safety_identifier).not.toBe(sent);
  });

  test('is left out where no person asks, and on servers that may refuse the field', async () => {
    expect(await sentFor(undefined)).not.toHaveProperty('safety_identifier');
    expect(await sentFor(asker, false)).not.toHaveProperty('safety_identifier');
  });
});

test('sends the key only in its header and follows no redirect', async () => {
  const upstream = createUpstream({ chunks: RESPONSES.text('hi') });
  await collect(RESPONSES.connect(upstream.deps));
  const [request] = upstream.requests;
  expect(request?.url).toBe('https://provider.test/responses');
  expect(new Headers(request?.init.headers).get('authorization')).toBe('Bearer sk-test-0123456789');
  expect(request?.init.redirect).toBe('manual');
  expect(JSON.stringify(request?.body)).not.toContain('sk-test');
});
