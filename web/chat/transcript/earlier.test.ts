import type { UIMessage } from '@tanstack/ai-client';
import { expect, it } from 'vitest';
import { type Earlier, earlierIn, observeCompaction } from './earlier.ts';

const ask = (id: string, earlier?: unknown): UIMessage => ({
  id,
  role: 'user',
  parts: [{ type: 'text', content: id }],
  metadata: { groundwire: { earlier } },
});
const reply = (id: string): UIMessage => ({ id, role: 'assistant', parts: [{ type: 'text', content: id }] });

const STORED = {
  summary: { text: 'notes', model: 'm', createdAt: '2026-12-01T08:00:00Z' },
  isPartial: false,
  costMicros: 7,
};
const MESSAGES = [ask('q1'), reply('a1'), ask('q2'), reply('a2'), ask('q3')];
const state = (messages: UIMessage[], earlier: Earlier | null = null) => ({ messages, earlier, summarizing: true });
const ended = (earlier: unknown, costMicros: number | null = 5) => ({
  status: 'ended',
  earlier,
  costMicros,
  error: null,
});
const BOUNDARY = { messageId: 'server', questions: 2, hasSummary: true, isPartial: false };

it('shows the state while the summary is written', () => {
  expect(observeCompaction(state(MESSAGES), { status: 'started' })).toEqual({ summarizing: true, earlier: null });
});

it('finds the boundary by its id, or by the number of questions after it', () => {
  const byCount = observeCompaction(state(MESSAGES), ended(BOUNDARY));
  expect(byCount).toMatchObject({ summarizing: false, earlier: { messageId: 'q2', hasSummary: true, text: null } });
  const byId = observeCompaction(state([...MESSAGES, ask('server')]), ended(BOUNDARY));
  expect(byId.earlier?.messageId).toBe('server');
});

it('moves the boundary ahead of the stored one, and adds the cost (U50)', () => {
  const messages = [ask('q1'), reply('a1'), ask('q2', STORED), reply('a2'), ask('q3')];
  const { earlier } = observeCompaction(state(messages), ended({ ...BOUNDARY, questions: 1 }));
  expect(earlier).toMatchObject({ messageId: 'q3', costMicros: 12 });
  expect(earlierIn(messages, earlier)).toBe(earlier);
  expect(earlierIn(messages, null)).toMatchObject({ messageId: 'q2', text: 'notes', costMicros: 7 });
});

it('keeps the boundary when the summary failed and nothing is left out', () => {
  const before = { messageId: 'q2', hasSummary: true, text: null, isPartial: false, costMicros: 1 };
  expect(observeCompaction(state(MESSAGES, before), ended(null))).toEqual({ summarizing: false, earlier: before });
});

it('ignores a boundary that this page has not loaded', () => {
  expect(observeCompaction(state([ask('q9')]), ended({ ...BOUNDARY, questions: 4 })).earlier).toBeNull();
  expect(observeCompaction(state(MESSAGES), null)).toEqual({ summarizing: false, earlier: null });
});
