import type { UIMessage } from '@tanstack/ai-client';
import { describe, expect, test } from 'vitest';
import { piecesOf } from './message-text.ts';

const text = (content: string) => ({ type: 'text' as const, content });
const call = (id: string) => ({
  ...{ type: 'tool-call' as const, id, name: 'get_bom', arguments: '{}' },
  state: 'input-complete' as const,
});
const pieces = (...parts: UIMessage['parts']) => piecesOf({ parts });

describe('the pieces of a message', () => {
  test('are in the order in which the model wrote them', () => {
    expect(pieces(text('First.'), call('a'), text('Then.'), call('b'))).toEqual([
      { text: 'First.' },
      { callIds: ['a'] },
      { text: 'Then.' },
      { callIds: ['b'] },
    ]);
  });

  test('join what is next to each other, and leave out reasoning and white space', () => {
    const thinking = { type: 'thinking' as const, content: 'Hm.' };
    expect(pieces(thinking, text('One.'), text('Two.'), call('a'), text(' \n'), thinking, call('b'))).toEqual([
      { text: 'One.\n\nTwo.' },
      { callIds: ['a', 'b'] },
    ]);
  });

  test('are none of a message that says nothing', () => {
    expect(pieces(text('\n\n'))).toEqual([]);
  });
});
