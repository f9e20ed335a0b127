import { describe, expect, test } from 'vitest';
import { responsesProblems } from '../../../local/testing/providers/responses-rules.ts';
import { anthropicFaults, chatFaults } from '../../../local/testing/providers/strict-wires.ts';
import { anthropicRequest } from '../anthropic/anthropic-request.ts';
import { openAiRequest } from '../openai/chat-request.ts';
import { responsesRequest } from '../openai-responses/responses-request.ts';
import type { AssistantPart, ModelMessage, ModelRequest, PartState, WireName } from '../provider.ts';
import { answered, REQUEST } from '../scripted-upstream.fixture.ts';
import { CONNECTION } from '../wire.fixture.ts';
import { passGate, toPlainId, toShortId } from './wire-gate.ts';

const tool = (name: string) => ({ name, description: `does ${name}`, parameters: { type: 'object' } });
const TOOLS = [tool('get_bom'), tool('create_item')];

const WIRES = [
  ['anthropic', (request: ModelRequest) => anthropicFaults(anthropicRequest(request))],
  ['chat-completions', (request: ModelRequest) => chatFaults(openAiRequest(request, CONNECTION.quirks))],
  [
    'chat-completions with short ids',
    (request: ModelRequest) => chatFaults(openAiRequest(request, { ...CONNECTION.quirks, needsShortIds: true })),
  ],
  ['openai-responses', (request: ModelRequest) => responsesProblems(responsesRequest(request, RESPONSES_OPTIONS))],
] as const;

const RESPONSES_OPTIONS = { quirks: CONNECTION.quirks, safetyIdentifier: null, traits: null };

const rules = { wire: 'anthropic', bindsStateToModel: false, needsFollower: true, toCallId: toPlainId } as const;
const accept = (messages: readonly ModelMessage[], more: Partial<ModelRequest> = {}) =>
  passGate({ ...REQUEST, tools: TOOLS, messages, ...more }, rules).messages;

const user = (text: string): ModelMessage => ({ role: 'user', text });
const call = (id: string, name = 'get_bom', args = '{}') => ({ id, name, arguments: args });
const result = (toolCallId: string, text = 'done'): ModelMessage => ({
  role: 'tool',
  toolCallId,
  toolName: 'get_bom',
  text,
});

/** A repeatable source of choices (mulberry32). */
function createChoices(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const upTo = (count: number): number => Math.floor(next() * count);
  return { upTo, pick: <T>(from: readonly [T, ...T[]]): T => from[upTo(from.length)] ?? from[0] };
}

type Choices = ReturnType<typeof createChoices>;

const TEXTS = [
  '',
  ' ',
  '\n\t',
  'words',
  '\ud83d',
  'a\udc00b',
  'nul\0',
  '\u200b',
  '😀',
  '"quoted"',
  'x'.repeat(300),
] as const;
const NAMES = ['get_bom', 'functions.get_bom', '', 'größe', 'a b', 'x'.repeat(100), 'tool\0', '\ud800'] as const;
const IDS = ['call_0', 'call_0', 'toolu_1', 'functions.get_bom:0', '', 'x'.repeat(100), '\ud83d', 'ü'] as const;
const ARGUMENTS = [
  '{}',
  '{"a":1}',
  '',
  'null',
  '[1]',
  '"text"',
  '{"a":',
  '{"\\ud83d":"\\u0000"}',
  '{"a":"\ud83d"}',
  `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`,
] as const;
const CONNECTIONS = ['connection-1', 'connection-2'] as const;
const STATE_WIRES: readonly [WireName, ...WireName[]] = ['anthropic', 'chat-completions', 'openai-responses'];
const PAYLOADS = [
  { type: 'thinking', thinking: '', signature: 'signed' },
  { type: 'redacted_thinking', data: 'opaque' },
  { reasoning_content: 'because' },
  { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'opaque' },
  { phase: 'commentary' },
  { extra_content: { google: { thought_signature: 'signed' } } },
  { type: 'thinking' },
  null,
] as const;

function anyState({ pick }: Choices): PartState {
  return {
    wire: pick(STATE_WIRES),
    connection: pick(CONNECTIONS),
    model: pick(['some-model', 'other-model']),
    payload: pick<unknown>(PAYLOADS),
  };
}

function anyPart(choices: Choices): AssistantPart {
  const { upTo, pick } = choices;
  const state = upTo(3) === 0 ? { state: anyState(choices) } : {};
  switch (upTo(3)) {
    case 0:
      return { type: 'text', text: pick(TEXTS), ...state };
    case 1:
      return { type: 'reasoning', state: anyState(choices) };
    default:
      return { type: 'tool-call', id: pick(IDS), name: pick(NAMES), arguments: pick(ARGUMENTS), ...state };
  }
}

function anyMessage(choices: Choices): ModelMessage {
  const { upTo, pick } = choices;
  switch (upTo(4)) {
    case 0:
      return user(pick(TEXTS));
    case 1:
      return { role: 'tool', toolCallId: pick(IDS), toolName: pick(NAMES), text: pick(TEXTS), isError: upTo(2) === 0 };
    default:
      return { role: 'assistant', parts: Array.from({ length: upTo(5) }, () => anyPart(choices)) };
  }
}

describe.each(WIRES)('a request over %s', (_name, faultsOf) => {
  test('is accepted, whatever the conversation holds', () => {
    for (let seed = 0; seed < 3_000; seed += 1) {
      const choices = createChoices(seed);
      const request: ModelRequest = {
        ...REQUEST,
        system: choices.pick(TEXTS),
        tools: choices.upTo(4) === 0 ? [] : TOOLS,
        messages: Array.from({ length: choices.upTo(9) }, () => anyMessage(choices)),
      };
      const faults = faultsOf(request);
      expect(faults, `seed ${seed}`).toEqual([]);
    }
  });

  test('is accepted after a refused call of a made-up tool', () => {
    const messages = [user('bom?'), answered('', call('c1', 'functions.get_bom')), result('c1', 'UNKNOWN_TOOL')];
    expect(faultsOf({ ...REQUEST, tools: TOOLS, messages })).toEqual([]);
  });
});

describe('passGate', () => {
  test('changes nothing that is fine', () => {
    const messages = [user('bom?'), answered('Look.', call('c1', 'get_bom', '{ "a": 1 }')), result('c1'), user('and?')];
    expect(accept(messages)).toEqual(messages);
  });

  test('keeps the start of a conversation when it grows', () => {
    const messages = [
      user('\ud83d'),
      answered('', call('call_0')),
      result('call_0'),
      answered('', call('call_0', 'a b')),
      result('call_0'),
    ];
    const grown = accept([...messages, answered('done'), user('more')]);
    expect(grown.slice(0, 5)).toEqual(accept(messages));
  });

  test('gives calls with one id their own ids, and each its own result', () => {
    const sent = accept([
      user('go'),
      answered('', call('call_0')),
      result('call_0', 'first'),
      answered('', call('call_0'), call('call_0')),
      result('call_0', 'second'),
      result('call_0', 'third'),
    ]);
    const ids = sent.flatMap((message) =>
      message.role === 'assistant' ? message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])) : [],
    );
    expect(new Set(ids).size).toBe(3);
    const results = sent.flatMap((message) => (message.role === 'tool' ? [[message.toolCallId, message.text]] : []));
    expect(results).toEqual([
      [ids[0], 'first'],
      [ids[1], 'second'],
      [ids[2], 'third'],
    ]);
  });

  test('adds a result where one is missing, and drops one without a call', () => {
    const sent = accept([
      user('go'),
      result('stray'),
      answered('', call('c1'), call('c2')),
      result('c2'),
      user('and?'),
    ]);
    expect(sent.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'user']);
    expect(sent[2]).toMatchObject({ toolCallId: 'c1', text: expect.stringContaining('no result') });
  });

  test('shows the model arguments that are no object, in a field of one', () => {
    const [, sent] = accept([user('go'), answered('', call('c1', 'get_bom', '{"a":')), result('c1')]);
    expect(sent).toMatchObject({ parts: [{ arguments: '{"unparsed":"{\\"a\\":"}' }] });
  });

  test('sends calls as text where the person has no tools any more', () => {
    const sent = accept([user('go'), answered('', call('c1')), result('c1', '3 parts'), user('and?')], { tools: [] });
    expect(sent.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(sent)).toContain('3 parts');
  });

  test('sends state only over its wire and connection', () => {
    const state = (wire: WireName, connection: string): AssistantPart => ({
      type: 'reasoning',
      state: { wire, connection, model: 'm', payload: `${wire} ${connection}` },
    });
    const parts: AssistantPart[] = [
      state('anthropic', 'connection-1'),
      state('anthropic', 'connection-2'),
      state('openai-responses', 'connection-1'),
      { type: 'text', text: 'said' },
    ];
    expect(accept([user('go'), { role: 'assistant', parts }, user('and?')])[1]).toEqual({
      role: 'assistant',
      parts: [parts[0], parts[3]],
    });
  });

  test('has an id in the form that a server needs', () => {
    for (const id of IDS) {
      expect(toShortId(id)).toMatch(/^[A-Za-z0-9]{9}$/);
      expect(toPlainId(id)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    }
  });
});
