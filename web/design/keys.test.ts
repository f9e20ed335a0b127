import { describe, expect, it } from 'vitest';
import { ariaKeys, keyLabels, keysOf, type Press } from './keys.ts';

const press = (key: string, modifiers: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
});

describe('keysOf', () => {
  it('normalizes a key press', () => {
    expect(keysOf(press('k', { metaKey: true, shiftKey: true }))).toBe('Mod+Shift+K');
    expect(keysOf(press('F2', { shiftKey: true }))).toBe('Shift+F2');
    expect(keysOf(press('Control', { ctrlKey: true }))).toBeNull();
  });
});

describe('keyLabels', () => {
  it('labels keys for the platform', () => {
    expect(keyLabels('Mod+ArrowUp', true)).toEqual(['⌘', '↑']);
    expect(keyLabels('Mod+ArrowUp', false)).toEqual(['Ctrl', '↑']);
    expect(keyLabels('Mod+Shift+L', true)).toEqual(['⌘', '⇧', 'L']);
    expect(keyLabels('?', false)).toEqual(['?']);
  });

  it('reads a trailing plus sign as a key', () => {
    expect(keyLabels('Mod++', false)).toEqual(['Ctrl', '+']);
  });
});

describe('ariaKeys', () => {
  it('lists a shortcut with both Meta and Control', () => {
    expect(ariaKeys('Mod+L')).toBe('Meta+L Control+L');
    expect(ariaKeys('?')).toBe('?');
  });
});
