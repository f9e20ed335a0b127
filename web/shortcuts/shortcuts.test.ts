import { describe, expect, it } from 'vitest';
import type { Press } from '../design/keys.ts';
import {
  ACTIONS,
  actionOf,
  bindingError,
  conflictsOf,
  DEFAULT_BINDINGS,
  FIXED,
  isPress,
  parseBindings,
} from './shortcuts.ts';

const press = (key: string, modifiers: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
});

const act = (one: Press, inText = false) => actionOf(DEFAULT_BINDINGS, one, { inText });

describe('the default keys', () => {
  it('open Quick Ask with ⌘↑ or Ctrl+↑ and the panel with ⌘L or Ctrl+L, also in text fields', () => {
    for (const modifier of [{ metaKey: true }, { ctrlKey: true }]) {
      expect(act(press('ArrowUp', modifier), true)).toBe('quickAsk');
      expect(act(press('l', modifier), true)).toBe('togglePanel');
    }
    expect(act(press('ArrowUp'))).toBeNull();
    expect(act(press('l'))).toBeNull();
    expect(act(press('L', { ctrlKey: true, shiftKey: true }))).toBeNull();
    expect(act(press('l', { ctrlKey: true, altKey: true }))).toBeNull();
  });

  it('list shortcuts with ?, except in text fields', () => {
    expect(act(press('?', { shiftKey: true }))).toBe('listShortcuts');
    expect(act(press('?', { shiftKey: true }), true)).toBeNull();
  });
});

describe('the table of shortcuts', () => {
  const all = [...Object.values(ACTIONS).map((action) => ({ ...action, place: 'anywhere' })), ...Object.values(FIXED)];

  it('has no two shortcuts for one key press', () => {
    expect(conflictsOf(all)).toEqual([]);
  });

  it('finds a key used twice in one place, or in a place and one inside it', () => {
    const [one, two] = [
      { label: 'One', keys: 'Mod+J' },
      { label: 'Two', keys: 'Mod+J' },
    ] as const;
    const conflict = (place: string, other: string) =>
      conflictsOf([
        { ...one, place },
        { ...two, place: other },
      ]);
    expect(conflict('composer', 'composer')).toEqual(['Mod+J: One, Two']);
    expect(conflict('anywhere', 'composer')).toEqual(['Mod+J: One, Two']);
    expect(conflict('composer', 'panel')).toEqual(['Mod+J: One, Two']);
    expect(conflict('panel', 'chatPage')).toEqual([]);
  });

  it('gives ⌘↑ to Quick Ask alone, also in an empty composer', () => {
    for (const modifier of [{ metaKey: true }, { ctrlKey: true }]) {
      expect(act(press('ArrowUp', modifier), true)).toBe('quickAsk');
      expect(isPress(press('ArrowUp', modifier), 'editLast')).toBe(false);
    }
    expect(act(press('ArrowUp'), true)).toBeNull();
    expect(isPress(press('ArrowUp'), 'editLast')).toBe(true);
  });
});

describe('bindings', () => {
  it('reject reserved and used keys with a reason', () => {
    const refuse = (keys: string) => bindingError(DEFAULT_BINDINGS, 'quickAsk', keys);
    expect(refuse('Escape')).toContain('reserved');
    expect(refuse('Shift+Tab')).toContain('reserved');
    expect(refuse('K')).toContain('letters and digits');
    expect(refuse('ArrowUp')).toContain('scroll');
    expect(refuse('Mod+L')).toContain('Open or close the assistant');
    expect(refuse('Mod+Enter')).toContain('Search');
    expect(refuse('F6')).toContain('Move focus');
    expect(refuse('Shift+F6')).toContain('Move focus');
    expect(refuse('Mod+C')).toContain('editing text');
    expect(refuse('Mod+K')).toBeNull();
    expect(refuse('Mod+ArrowUp')).toBeNull();
  });

  it('are parsed with defaults for missing values', () => {
    expect(parseBindings({ quickAsk: 'Mod+K', listShortcuts: null, togglePanel: 7 })).toEqual({
      quickAsk: 'Mod+K',
      togglePanel: 'Mod+L',
      listShortcuts: null,
    });
    expect(parseBindings('nonsense')).toEqual(DEFAULT_BINDINGS);
    expect(parseBindings({ quickAsk: 'Mod+Enter', togglePanel: 'F6' })).toEqual(DEFAULT_BINDINGS);
  });

  it('can turn an action off', () => {
    const bindings = { ...DEFAULT_BINDINGS, listShortcuts: null };
    expect(actionOf(bindings, press('?', { shiftKey: true }), { inText: false })).toBeNull();
  });
});
