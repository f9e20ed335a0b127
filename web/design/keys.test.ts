import { describe, expect, it } from 'vitest';
import { ariaKeys, keyLabels } from './keys.ts';

describe('keyLabels', () => {
  it('names keys as the machine does', () => {
    expect(keyLabels('Mod+ArrowUp', true)).toEqual(['⌘', '↑']);
    expect(keyLabels('Mod+ArrowUp', false)).toEqual(['Ctrl', '↑']);
    expect(keyLabels('Mod+Shift+L', true)).toEqual(['⌘', '⇧', 'L']);
    expect(keyLabels('?', false)).toEqual(['?']);
  });

  it('takes a plus sign for a key where it stands as one', () => {
    expect(keyLabels('Mod++', false)).toEqual(['Ctrl', '+']);
  });
});

describe('ariaKeys', () => {
  it('names both keys that a command can go with', () => {
    expect(ariaKeys('Mod+L')).toBe('Meta+L Control+L');
    expect(ariaKeys('?')).toBe('?');
  });
});
