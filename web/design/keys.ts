// Key combinations as data, "Mod+Shift+ArrowUp": how this machine names them, and how assistive technology does. Pure
// but for the one question which machine it is.

/** The key that commands go with: ⌘ on Apple's machines, Ctrl elsewhere. */
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

/** The parts of a combination as they stand on the keys. */
export function keyLabels(keys: string, isApple: boolean = IS_APPLE): string[] {
  const names = isApple ? APPLE : OTHER;
  return splitKeys(keys).map((key) => names[key] ?? COMMON[key] ?? key);
}

/** The value of `aria-keyshortcuts`: ⌘ and Ctrl both work, so both are named. */
export function ariaKeys(keys: string): string {
  const parts = splitKeys(keys);
  if (!parts.includes('Mod')) return parts.join('+');
  return ['Meta', 'Control'].map((mod) => parts.map((key) => (key === 'Mod' ? mod : key)).join('+')).join(' ');
}

/** A plus sign can be a key itself: "Mod++". */
export const splitKeys = (keys: string): string[] => keys.split(/(?<=[^+])\+/);
