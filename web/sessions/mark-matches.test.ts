import { describe, expect, it } from 'vitest';
import { markMatches } from './mark-matches.ts';

const marked = (text: string, query: string) =>
  markMatches(text, query)
    .map((part) => (part.isMatch ? `[${part.text}]` : part.text))
    .join('');

describe('markMatches', () => {
  it('marks every match, ignoring case', () => {
    expect(marked('Gripper and gripper', 'GRIPPER')).toBe('[Gripper] and [gripper]');
    expect(marked('nothing of it', 'gripper')).toBe('nothing of it');
    expect(marked('all of it', '  ')).toBe('all of it');
  });

  it('treats special characters literally', () => {
    expect(marked('6204-2RS (steel) a.c', '(steel)')).toBe('6204-2RS [(steel)] a.c');
    expect(marked('abc a.c', 'a.c')).toBe('abc [a.c]');
  });

  it('keeps texts intact in scripts where case changes the length', () => {
    expect(marked('İstanbul 12', '12')).toBe('İstanbul [12]');
  });
});
