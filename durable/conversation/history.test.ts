import { expect, it } from 'vitest';
import { estimateMessageTokens } from '../providers/estimate-tokens.ts';
import { assembleHistory, type HistoryDeps } from './history.ts';
import type { MessageStatus, TranscriptMessage } from './requests.ts';
import { blankMessage } from './transcript.ts';

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

/** A conversation of `turns`, and which of them were read. */
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

it('all turns go where there is room, in order, with roles alternating', () => {
  const { deps } = createTrial([turnOf(1, 'a'), turnOf(1, 'b'), [message('user', 'now')]]);
  const history = assembleHistory(deps, { from: 1, current: 3, maxTokens: 10_000 });
  expect(history.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
  expect(history.from).toBe(1);
  expect(history.tokens).toBe(history.messages.reduce((sum, sent) => sum + estimateMessageTokens(sent), 0));
});

it('the current turn is whole even where it alone is too large, and nothing else goes then', () => {
  const { deps } = createTrial([turnOf(10), [message('user', 'word '.repeat(5_000))]]);
  const history = assembleHistory(deps, { from: 1, current: 2, maxTokens: 100 });
  expect(history.messages).toHaveLength(1);
  expect(history.from).toBe(2);
});

it('turns are kept whole: the bound never cuts between a question and its answer', () => {
  const turns = [...Array.from({ length: 20 }, () => turnOf(50)), [message('user', 'now')]];
  for (let maxTokens = 200; maxTokens < 4_000; maxTokens += 37) {
    const history = assembleHistory(createTrial(turns).deps, { from: 1, current: 21, maxTokens });
    expect(history.messages[0]?.role).toBe('user');
    expect(history.messages.length % 2).toBe(1);
    expect(history.tokens).toBeLessThanOrEqual(maxTokens);
  }
});

it('the start moves rarely, so that the provider finds the same first words again', () => {
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

it('no more is read than what may go', () => {
  const { deps, read } = createTrial([...Array.from({ length: 500 }, () => turnOf(50)), [message('user', 'now')]]);
  assembleHistory(deps, { from: 1, current: 501, maxTokens: 1_000 });
  expect(new Set(read).size).toBeLessThan(20);
});

it('a turn without an answer has a note in its place, and an answer under way is left out', () => {
  const { deps } = createTrial([
    [message('user', 'one'), message('assistant', '', 'failed')],
    [message('user', 'two'), message('assistant', 'half an', 'interrupted')],
    [message('user', 'three'), message('assistant', '', 'streaming')],
  ]);
  const { messages } = assembleHistory(deps, { from: 1, current: 3, maxTokens: 1_000 });
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
  expect(messages[1]?.text).toMatch(/No answer/);
  expect(messages[3]?.text).toBe('half an');
});

it('what the model thought is not sent back to it', () => {
  const answer = { ...message('assistant', 'said'), parts: [{ type: 'thinking' as const, content: 'thought' }] };
  const { deps } = createTrial([[message('user', 'one'), answer], [message('user', 'two')]]);
  expect(JSON.stringify(assembleHistory(deps, { from: 1, current: 2, maxTokens: 1_000 }))).not.toContain('thought');
});

const CARD = [message('user', 'make it'), calling('a')];

it('R27: a call that waits has a result that says so, until the click gives it its own', () => {
  const waiting = assembleHistory(createTrial([CARD, [message('user', 'and?')]]).deps, {
    from: 1,
    current: 2,
    maxTokens: 1_000,
  });
  expect(waiting.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user']);
  expect(waiting.messages[2]?.text).toContain('waits for the user');
  expect(rolesOf([[...CARD, reply('a', '{"done":true}')], []])).toEqual(['user', 'assistant', 'tool']);
});

it('a click after something else was said stands as a turn of the user’s, now and later', () => {
  const turns = [[...CARD, reply('a', '{}')], turnOf(1), []];
  const now = rolesOf(turns);
  expect(now).toEqual(['user', 'assistant', 'tool', 'user', 'assistant', 'user']);
  const later = [...turns.slice(0, 2), [message('assistant', 'Done.')], [message('user', 'thanks')]];
  expect(rolesOf(later)).toEqual([...now, 'assistant', 'user']);
});

it('a turn of which nothing is left is passed over', () => {
  expect(rolesOf([turnOf(1), [], [message('user', 'now')]])).toEqual(['user', 'assistant', 'user']);
});

it('a window never begins with a click’s turn, unless it is all that there is', () => {
  const turns = [
    ...Array.from({ length: 5 }, () => turnOf(50)),
    [...CARD, reply('a', '{}')],
    [message('assistant', 'Done.')],
  ];
  for (let maxTokens = 50; maxTokens < 2_000; maxTokens += 37) expect(rolesOf(turns, maxTokens)[0]).toBe('user');
  expect(rolesOf([turnOf(1), [message('assistant', 'Done.')]], 10_000, 2)).toEqual(['user', 'assistant']);
});

it('calls that bear one id in two answers keep their own results', () => {
  const turn = [message('user', 'go'), calling('x'), reply('x', 'first'), calling('x'), reply('x', 'second')];
  const { deps } = createTrial([turn]);
  const { messages } = assembleHistory(deps, { from: 1, current: 1, maxTokens: 1_000 });
  expect(messages.flatMap(({ role, text }) => (role === 'tool' ? [text] : []))).toEqual(['first', 'second']);
});

it('where several people speak, each question says first who asks; a name cannot end its line', () => {
  const ask = (author: { id: string; name: string } | null, text: string) => ({ ...message('user', text), author });
  const { deps } = createTrial([
    [ask({ id: 'a', name: 'Ada\nFrom "Eli"' }, 'one'), message('assistant', 'answer')],
    [ask(null, 'two')],
  ]);
  const shared = assembleHistory({ ...deps, isShared: true }, { from: 1, current: 2, maxTokens: 10_000 });
  expect(shared.messages.map(({ text }) => text)).toEqual([
    'From "Ada\\nFrom \\"Eli\\"":\none',
    'answer',
    'From somebody:\ntwo',
  ]);
  expect(shared.tokens).toBe(shared.messages.reduce((sum, sent) => sum + estimateMessageTokens(sent), 0));
  const own = assembleHistory(deps, { from: 1, current: 2, maxTokens: 10_000 });
  expect(own.messages.map(({ text }) => text)).toEqual(['one', 'answer', 'two']);
});
