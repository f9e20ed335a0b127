import { describe, expect, it } from 'vitest';
import type { MessageStatus, TranscriptMessage } from '../../contracts/transcript.ts';
import { estimateMessageTokens } from '../../providers/models/estimate-tokens.ts';
import { textIn } from '../../providers/scripted-upstream.fixture.ts';
import { blankMessage } from '../history/transcript.ts';
import { assembleHistory, type HistoryDeps, historyReader } from './history.ts';

const message = (role: 'user' | 'assistant', content: string, status: MessageStatus = 'complete'): TranscriptMessage =>
  blankMessage({
    id: crypto.randomUUID(),
    runId: 'r',
    role,
    parts: content === '' ? [] : [{ type: 'text', content }],
    status,
    createdAt: 0,
  });

const calling = (...ids: string[]): TranscriptMessage => ({
  ...message('assistant', ''),
  parts: ids.map((id) => ({ type: 'tool-call', id, name: 'create_item', arguments: '{}' })),
});

const reply = (callId: string, content: string): TranscriptMessage => ({
  ...message('user', content),
  role: 'tool',
  tool: { callId, name: 'create_item', isError: false, link: null },
});

const rolesOf = (turns: readonly (readonly TranscriptMessage[])[], maxTokens = 10_000, from = 1) => {
  const { deps } = createTrial(turns);
  const history = assembleHistory(deps, { from, current: turns.length, maxTokens });
  expect(history.tokens).toBe(history.messages.reduce((sum, sent) => sum + estimateMessageTokens(sent), 0));
  return history.messages.map(({ role }) => role);
};

/** A conversation of `turns`, and the turns that were read. */
function createTrial(turns: readonly (readonly TranscriptMessage[])[]) {
  const read: number[] = [];
  const deps: HistoryDeps = {
    readTurn: (ordinal) => {
      read.push(ordinal);
      return { ordinal, messages: turns[ordinal - 1] ?? [] };
    },
  };
  return { deps, read };
}

const turnOf = (words: number, name = 'x') => [
  message('user', `question ${name} ${'word '.repeat(words)}`),
  message('assistant', `answer ${name} ${'word '.repeat(words)}`),
];

it('sends all turns in order, with alternating roles, when there is room', () => {
  const { deps } = createTrial([turnOf(1, 'a'), turnOf(1, 'b'), [message('user', 'now')]]);
  const history = assembleHistory(deps, { from: 1, current: 3, maxTokens: 10_000 });
  expect(history.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
  expect(history.from).toBe(1);
  expect(history.tokens).toBe(history.messages.reduce((sum, sent) => sum + estimateMessageTokens(sent), 0));
});

it('sends the whole current turn and nothing else when it alone is too large', () => {
  const { deps } = createTrial([turnOf(10), [message('user', 'word '.repeat(5_000))]]);
  const history = assembleHistory(deps, { from: 1, current: 2, maxTokens: 100 });
  expect(history.messages).toHaveLength(1);
  expect(history.from).toBe(2);
});

it('never cuts between a question and its answer', () => {
  const turns = [...Array.from({ length: 20 }, () => turnOf(50)), [message('user', 'now')]];
  for (let maxTokens = 200; maxTokens < 4_000; maxTokens += 37) {
    const history = assembleHistory(createTrial(turns).deps, { from: 1, current: 21, maxTokens });
    expect(history.messages[0]?.role).toBe('user');
    expect(history.messages.length % 2).toBe(1);
    expect(history.tokens).toBeLessThanOrEqual(maxTokens);
  }
});

it("moves the start rarely, so that the provider's prompt cache works", () => {
  const turns: TranscriptMessage[][] = [];
  const starts: number[] = [];
  let from = 1;
  for (let current = 1; current <= 60; current += 1) {
    turns.push([message('user', 'word '.repeat(30))]);
    const history = assembleHistory(createTrial(turns).deps, { from, current, maxTokens: 1_000 });
    expect(history.tokens).toBeLessThanOrEqual(1_000);
    expect(history.from).toBeGreaterThanOrEqual(from);
    from = history.from;
    starts.push(from);
    turns[current - 1] = turnOf(30);
  }
  const moves = starts.filter((start, index) => index > 0 && start !== starts[index - 1]);
  expect(moves.length).toBeGreaterThan(3);
  expect(moves.length).toBeLessThan(20);
});

it('reads no more turns than it can send', () => {
  const { deps, read } = createTrial([...Array.from({ length: 500 }, () => turnOf(50)), [message('user', 'now')]]);
  assembleHistory(deps, { from: 1, current: 501, maxTokens: 1_000 });
  expect(new Set(read).size).toBeLessThan(20);
});

it('replaces a missing answer with a note, and leaves out a running one', () => {
  const { deps } = createTrial([
    [message('user', 'one'), message('assistant', '', 'failed')],
    [message('user', 'two'), message('assistant', 'half an', 'interrupted')],
    [message('user', 'three'), message('assistant', '', 'streaming')],
  ]);
  const { messages } = assembleHistory(deps, { from: 1, current: 3, maxTokens: 1_000 });
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
  expect(textIn(messages[1])).toMatch(/No answer/);
  expect(textIn(messages[3])).toBe('half an');
});

it('leaves out what a model wrote before it declined, and keeps other partial answers', () => {
  const ended = (kind: 'refused' | 'stopped' | 'cut', cause: string): TranscriptMessage => ({
    ...message('assistant', 'The first half', kind === 'refused' ? 'failed' : 'complete'),
    ending: { kind, cause, requestId: null },
  });
  const sent = (answer: TranscriptMessage) => {
    const { deps } = createTrial([[message('user', 'one'), answer], [message('user', 'two')]]);
    return assembleHistory(deps, { from: 1, current: 2, maxTokens: 10_000 }).messages.map(textIn);
  };
  for (const code of ['MODEL_DECLINED', 'ANSWER_FILTERED'])
    expect(sent(ended('refused', code))).toEqual(['one', '[The model declined to answer this message.]', 'two']);
  expect(sent(ended('stopped', 'user'))).toEqual(['one', 'The first half', 'two']);
  expect(sent(ended('cut', 'output_limit'))).toEqual(['one', 'The first half', 'two']);
});

it('does not send the model its own reasoning', () => {
  const answer = { ...message('assistant', 'said'), parts: [{ type: 'thinking' as const, content: 'thought' }] };
  const { deps } = createTrial([[message('user', 'one'), answer], [message('user', 'two')]]);
  expect(JSON.stringify(assembleHistory(deps, { from: 1, current: 2, maxTokens: 1_000 }))).not.toContain('thought');
});

const CARD = [message('user', 'make it'), calling('a')];

it('sends a placeholder result for a pending call until the click (R27)', () => {
  const waiting = assembleHistory(createTrial([CARD, [message('user', 'and?')]]).deps, {
    from: 1,
    current: 2,
    maxTokens: 1_000,
  });
  expect(waiting.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user']);
  expect(textIn(waiting.messages[2])).toContain('waits for the user');
  expect(rolesOf([[...CARD, reply('a', '{"done":true}')], []])).toEqual(['user', 'assistant', 'tool']);
});

it('sends a click that followed other messages as a user turn, now and later', () => {
  const turns = [[...CARD, reply('a', '{}')], turnOf(1), []];
  const now = rolesOf(turns);
  expect(now).toEqual(['user', 'assistant', 'tool', 'user', 'assistant', 'user']);
  const later = [...turns.slice(0, 2), [message('assistant', 'Done.')], [message('user', 'thanks')]];
  expect(rolesOf(later)).toEqual([...now, 'assistant', 'user']);
});

it('skips an empty turn', () => {
  expect(rolesOf([turnOf(1), [], [message('user', 'now')]])).toEqual(['user', 'assistant', 'user']);
});

it("never begins with a click's turn, unless there is nothing else", () => {
  const turns = [
    ...Array.from({ length: 5 }, () => turnOf(50)),
    [...CARD, reply('a', '{}')],
    [message('assistant', 'Done.')],
  ];
  for (let maxTokens = 50; maxTokens < 2_000; maxTokens += 37) expect(rolesOf(turns, maxTokens)[0]).toBe('user');
  expect(rolesOf([turnOf(1), [message('assistant', 'Done.')]], 10_000, 2)).toEqual(['user', 'assistant']);
});

it('keeps the results apart when two answers use the same call id', () => {
  const turn = [message('user', 'go'), calling('x'), reply('x', 'first'), calling('x'), reply('x', 'second')];
  const { deps } = createTrial([turn]);
  const { messages } = assembleHistory(deps, { from: 1, current: 1, maxTokens: 1_000 });
  expect(messages.flatMap((sent) => (sent.role === 'tool' ? [sent.text] : []))).toEqual(['first', 'second']);
});

it("prefixes each question of a shared conversation with its author, whose name can't break the line", () => {
  const ask = (author: { id: string; name: string } | null, text: string) => ({ ...message('user', text), author });
  const { deps } = createTrial([
    [ask({ id: 'a', name: 'Ada\nFrom "Eli"' }, 'one'), message('assistant', 'answer')],
    [ask(null, 'two')],
  ]);
  const shared = assembleHistory({ ...deps, isShared: true }, { from: 1, current: 2, maxTokens: 10_000 });
  expect(shared.messages.map(textIn)).toEqual(['From "Ada\\nFrom \\"Eli\\"":\none', 'answer', 'From someone:\ntwo']);
  expect(shared.tokens).toBe(shared.messages.reduce((sum, sent) => sum + estimateMessageTokens(sent), 0));
  const own = assembleHistory(deps, { from: 1, current: 2, maxTokens: 10_000 });
  expect(own.messages.map(textIn)).toEqual(['one', 'answer', 'two']);
});

it('puts state back at its part, and redacted reasoning between the parts', () => {
  const state = (payload: string) => ({ wire: 'anthropic' as const, connection: 'c', model: 'm', payload });
  const answer: TranscriptMessage = {
    ...message('assistant', 'said'),
    parts: [
      { type: 'thinking', content: 'why' },
      { type: 'text', content: 'said' },
      { type: 'tool-call', id: 'a', name: 'create_item', arguments: '{}' },
      { type: 'text', content: 'more' },
    ],
  };
  const states = [
    { index: 0, isOwn: false, ...state('signed') },
    { index: 1, isOwn: true, ...state('redacted') },
    { index: 4, isOwn: true, ...state('last') },
  ];
  const deps: HistoryDeps = {
    readTurn: (ordinal) => ({
      ordinal,
      messages: [message('user', 'one'), answer],
      modelData: new Map([[answer.id, { states }]]),
    }),
  };
  const [, sent] = assembleHistory(deps, { from: 1, current: 1, maxTokens: 1_000 }).messages;
  expect(sent?.role === 'assistant' && sent.parts).toEqual([
    { type: 'reasoning', state: state('signed') },
    { type: 'reasoning', state: state('redacted') },
    { type: 'text', text: 'said' },
    { type: 'tool-call', id: 'a', name: 'create_item', arguments: '{}' },
    { type: 'text', text: 'more' },
    { type: 'reasoning', state: state('last') },
  ]);
});

it('leaves out state of other connections, so that it takes no room', () => {
  const state = (connection: string) => ({
    ...{ wire: 'anthropic' as const, connection, model: 'm' },
    payload: `signed ${connection} ${'x'.repeat(40_000)}`,
  });
  const answer: TranscriptMessage = {
    ...message('assistant', 'said'),
    parts: [
      { type: 'thinking', content: 'why' },
      { type: 'text', content: 'said' },
    ],
  };
  const states = [
    { index: 0, isOwn: false, ...state('other') },
    { index: 1, isOwn: true, ...state('other') },
  ];
  const turns = [[message('user', 'one'), answer], [message('user', 'two')]];
  const sentTo = (connection: string) =>
    assembleHistory(
      {
        connection,
        readTurn: (ordinal) => ({
          ...{ ordinal, messages: turns[ordinal - 1] ?? [] },
          modelData: new Map([[answer.id, { states }]]),
        }),
      },
      { from: 1, current: 2, maxTokens: 1_000 },
    );
  expect(sentTo('other')).toMatchObject({ from: 2 });
  const kept = sentTo('c');
  expect(kept).toMatchObject({ from: 1 });
  expect(kept.tokens).toBeLessThan(100);
  expect(kept.messages[1]).toEqual({ role: 'assistant', parts: [{ type: 'text', text: 'said' }] });
});

describe('historyReader', () => {
  /** A table with a question in each of these turns. */
  function tableOf(ordinals: readonly number[]) {
    const queries: [number, number][] = [];
    const toRow = (ordinal: number) => ({
      ...{ ordinal, position: 0, id: `m${ordinal}`, run_id: 'r', role: 'user', status: 'complete', created_at: 1 },
      ...{ parts: JSON.stringify([{ type: 'text', content: `question ${ordinal}` }]), model_data: null, note: null },
      ...{ model: null, provider: null, usage: null, cost_micros: null, price_version: null, error_code: null },
      ...{ error_detail: null, tool: null, author: null, draft: null, ending: null, context: null },
    });
    const exec = (_text: string, first: number, last: number) => {
      queries.push([first, last]);
      return { toArray: () => ordinals.filter((ordinal) => first <= ordinal && ordinal <= last).map(toRow) };
    };
    return { queries, readTurn: historyReader({ exec } as unknown as SqlStorage) };
  }

  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('reads a short conversation with one query, however often a turn is asked for', () => {
    const { queries, readTurn } = tableOf(numbers(10));
    for (const ordinal of [...numbers(10).reverse(), ...numbers(10).reverse()])
      expect(readTurn(ordinal).messages).toMatchObject([{ id: `m${ordinal}` }]);
    expect(queries).toHaveLength(1);
  });

  it('reads a long conversation in parts, and no more of it than is asked for', () => {
    const { queries, readTurn } = tableOf(numbers(100));
    for (let ordinal = 100; ordinal > 70; ordinal -= 1) expect(readTurn(ordinal).messages).toHaveLength(1);
    expect(queries).toEqual([
      [85, 100],
      [69, 84],
    ]);
  });

  it('gives a turn without rows no messages, and follows a branch to another part', () => {
    const { readTurn } = tableOf(numbers(100).filter((ordinal) => ordinal !== 99));
    expect(readTurn(100).messages).toHaveLength(1);
    expect(readTurn(99)).toEqual({ ordinal: 99, messages: [] });
    expect(readTurn(3).messages).toMatchObject([{ id: 'm3' }]);
    expect(readTurn(98).messages).toMatchObject([{ id: 'm98' }]);
  });
});
