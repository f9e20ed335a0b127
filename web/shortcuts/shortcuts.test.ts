import { describe, expect, it } from 'vitest';
import { actionOf, DEFAULT_BINDINGS, keysOf, type Press, parseBindings, refuseKeys } from './shortcuts.ts';

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
  it('⌘↑ and Ctrl+↑ are Quick Ask, ⌘L and Ctrl+L the panel, wherever one types', () => {
    for (const modifier of [{ metaKey: true }, { ctrlKey: true }]) {
      expect(act(press('ArrowUp', modifier), true)).toBe('quickAsk');
      expect(act(press('l', modifier), true)).toBe('togglePanel');
    }
    expect(act(press('ArrowUp'))).toBeNull();
    expect(act(press('l'))).toBeNull();
    expect(act(press('L', { ctrlKey: true, shiftKey: true }))).toBeNull();
    expect(act(press('l', { ctrlKey: true, altKey: true }))).toBeNull();
  });

  it('? lists shortcuts, but is only a character in a text field', () => {
    expect(act(press('?', { shiftKey: true }))).toBe('listShortcuts');
    expect(act(press('?', { shiftKey: true }), true)).toBeNull();
  });
});

describe('keysOf', () => {
  it('writes keys in one way', () => {
    expect(keysOf(press('k', { metaKey: true, shiftKey: true }))).toBe('Mod+Shift+K');
    expect(keysOf(press('F2', { shiftKey: true }))).toBe('Shift+F2');
    expect(keysOf(press('Control', { ctrlKey: true }))).toBeNull();
  });
});

describe('binding other keys', () => {
  it('refuses keys that are needed elsewhere or taken, and says why', () => {
    const refuse = (keys: string) => refuseKeys(DEFAULT_BINDINGS, 'quickAsk', keys);
    expect(refuse('Escape')).toContain('move about');
    expect(refuse('Shift+Tab')).toContain('move about');
    expect(refuse('K')).toContain('Letters and digits');
    expect(refuse('ArrowUp')).toContain('scroll');
    expect(refuse('Mod+L')).toContain('Open or close the assistant');
    expect(refuse('Mod+Enter')).toBeNull();
    expect(refuse('Mod+K')).toBeNull();
    expect(refuse('Mod+ArrowUp')).toBeNull();
  });

  it('reads back what was kept, and the defaults for the rest', () => {
    expect(parseBindings({ quickAsk: 'Mod+K', listShortcuts: null, togglePanel: 7 })).toEqual({
      quickAsk: 'Mod+K',
      togglePanel: 'Mod+L',
      listShortcuts: null,
    });
    expect(parseBindings('nonsense')).toEqual(DEFAULT_BINDINGS);
  });

  it('an action without keys is not to be had by any', () => {
    const bindings = { ...DEFAULT_BINDINGS, listShortcuts: null };
    expect(actionOf(bindings, press('?', { shiftKey: true }), { inText: false })).toBeNull();
  });
});
