// Keyboard shortcuts written as "Mod+Shift+ArrowUp": which key press they are, their labels on this platform, and their
// `aria-keyshortcuts` value.
// Pure, except for detecting the platform.

/** Whether "Mod" means ⌘ (Apple) or Ctrl (everywhere else). */
export const IS_APPLE = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent);

const APPLE: Readonly<Record<string, string>> = { Mod: '⌘', Control: '⌃', Alt: '⌥', Shift: '⇧' };
const OTHER: Readonly<Record<string, string>> = { Mod: 'Ctrl', Control: 'Ctrl' };
const COMMON: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  ' ': 'Space',
};

export type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const MODIFIER_KEYS = ['Control', 'Meta', 'Alt', 'AltGraph', 'Shift', 'CapsLock', 'Dead', 'Process'];

/**
 * A key press in our notation, for example "Mod+Shift+K"; null for a modifier alone. ⌘ and Ctrl are both "Mod". Compare
 * this and not `event.key`, which is the same with and without modifiers.
 */
export function keysOf(press: Press): string | null {
  if (MODIFIER_KEYS.includes(press.key)) return null;
  const key = press.key.length === 1 ? press.key.toUpperCase() : press.key;
  // For a character such as "?", Shift is how it is typed; for a letter or a named key it is a modifier.
  const isShifted = press.shiftKey && (key.length > 1 || key.toLowerCase() !== key);
  return [
    ...(press.ctrlKey || press.metaKey ? ['Mod'] : []),
    ...(press.altKey ? ['Alt'] : []),
    ...(isShifted ? ['Shift'] : []),
    key,
  ].join('+');
}

/** The labels printed on the keys of a shortcut. */
export function keyLabels(keys: string, isApple: boolean = IS_APPLE): string[] {
  const names = isApple ? APPLE : OTHER;
  return splitKeys(keys).map((key) => names[key] ?? COMMON[key] ?? key);
}

/** The value of `aria-keyshortcuts`. Lists both ⌘ and Ctrl, because both work. */
export function ariaKeys(keys: string): string {
  const parts = splitKeys(keys);
  if (!parts.includes('Mod')) return parts.join('+');
  return ['Meta', 'Control'].map((mod) => parts.map((key) => (key === 'Mod' ? mod : key)).join('+')).join(' ');
}

/** The plus sign can be a key too: "Mod++". */
export const splitKeys = (keys: string): string[] => keys.split(/(?<=[^+])\+/);
