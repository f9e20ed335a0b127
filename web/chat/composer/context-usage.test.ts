import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, it } from 'vitest';
import { EMPTY_LOG } from '../answer/answer-metadata.ts';
import { contextText, contextUsage, costText, usedFraction } from './context-usage.ts';

const answer = (input: number, output: number, costMicros: number | null): UIMessage => ({
  id: crypto.randomUUID(),
  role: 'assistant',
  parts: [{ type: 'text', content: 'words' }],
  metadata: {
    groundwire: {
      runId: 'r',
      status: 'complete',
      model: 'm',
      usage: { inputTokens: input, outputTokens: output, cacheReadTokens: 0, cacheWriteTokens: 0 },
      costMicros,
      error: null,
    },
  },
});
const question: UIMessage = { id: 'u', role: 'user', parts: [{ type: 'text', content: 'words' }] };

describe('conversationUse', () => {
  it('is unknown before the first answer', () => {
    expect(contextUsage([question], EMPTY_LOG, { hasOlder: false, summaryMicros: 0 })).toEqual({
      contextTokens: null,
      costMicros: null,
      isPartial: false,
    });
  });

  it('takes the context from the last answer and sums all costs, with those of summaries', () => {
    const messages = [question, answer(100, 50, 1_000), question, answer(300, 20, 500), answer(10, 5, null)];
    expect(contextUsage(messages, EMPTY_LOG, { hasOlder: true, summaryMicros: 200 })).toEqual({
      contextTokens: 15,
      costMicros: 1_700,
      isPartial: true,
    });
  });
});

describe('the texts of the meter', () => {
  it('show how much of the context is used', () => {
    expect(contextText(12_400, 200_000)).toBe('12,400 of 200,000 tokens (6%)');
    expect(contextText(20, 200_000)).toBe('20 of 200,000 tokens (under 1%)');
    expect(usedFraction(300, 200)).toBe(1);
    expect(usedFraction(300, 0)).toBe(0);
  });

  it('say if the cost is incomplete', () => {
    expect(costText({ contextTokens: 1, costMicros: 12_300, isPartial: false })).toBe('$0.0123');
    expect(costText({ contextTokens: 1, costMicros: 12_300, isPartial: true })).toContain('loaded messages only');
    expect(costText({ contextTokens: null, costMicros: null, isPartial: false })).toBe('Unknown');
  });
});
