import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, it } from 'vitest';
import { EMPTY_LOG } from './answer-facts.ts';
import { contextLine, conversationUse, costLine, filledPart } from './conversation-use.ts';

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
  it('knows nothing before the first answer', () => {
    expect(conversationUse([question], EMPTY_LOG, false)).toEqual({
      contextTokens: null,
      costMicros: null,
      isPartial: false,
    });
  });

  it('fills the context by the last answer and adds up what all of them cost', () => {
    const messages = [question, answer(100, 50, 1_000), question, answer(300, 20, 500), answer(10, 5, null)];
    expect(conversationUse(messages, EMPTY_LOG, true)).toEqual({
      contextTokens: 15,
      costMicros: 1_500,
      isPartial: true,
    });
  });
});

describe('the words of the meter', () => {
  it('say how much of the context is filled', () => {
    expect(contextLine(12_400, 200_000)).toBe('12,400 of 200,000 tokens (6 %)');
    expect(contextLine(20, 200_000)).toBe('20 of 200,000 tokens (under 1 %)');
    expect(filledPart(300, 200)).toBe(1);
    expect(filledPart(300, 0)).toBe(0);
  });

  it('say what a part of a conversation is', () => {
    expect(costLine({ contextTokens: 1, costMicros: 12_300, isPartial: false })).toBe('$0.0123');
    expect(costLine({ contextTokens: 1, costMicros: 12_300, isPartial: true })).toContain('that are loaded');
    expect(costLine({ contextTokens: null, costMicros: null, isPartial: false })).toBe('Not known');
  });
});
