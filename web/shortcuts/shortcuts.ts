// The product's own shortcuts as data: which action, which keys by default, which press means it. Pure.
import { splitKeys } from '../design/keys.ts';

export const ACTIONS = {
  quickAsk: { label: 'Quick Ask', keys: 'Mod+ArrowUp' },
  togglePanel: { label: 'Open or close the assistant', keys: 'Mod+L' },
  listShortcuts: { label: 'List shortcuts', keys: '?' },
} as const;

export type Action = keyof typeof ACTIONS;
/** Null where an action has no keys: someone has switched them off. */
export type Bindings = Readonly<Record<Action, string | null>>;

export const DEFAULT_BINDINGS: Bindings = {
  quickAsk: ACTIONS.quickAsk.keys,
  togglePanel: ACTIONS.togglePanel.keys,
  listShortcuts: ACTIONS.listShortcuts.keys,
};

export type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const MODIFIER_KEYS = ['Control', 'Meta', 'Alt', 'AltGraph', 'Shift', 'CapsLock', 'Dead', 'Process'];
/** Keys that move about in every page and form. */
const RESERVED = ['Tab', 'Enter', 'Escape', ' ', 'Backspace', 'Delete'];

/** The keys of a press in our own notation; null for a modifier alone. ⌘ and Ctrl are the same key here. */
export function keysOf(press: Press): string | null {
  if (MODIFIER_KEYS.includes(press.key)) return null;
  const key = press.key.length === 1 ? press.key.toUpperCase() : press.key;
  // Shift is part of what gives a character such as "?"; of a letter or a named key it is a key of its own.
  const isShifted = press.shiftKey && (key.length > 1 || key.toLowerCase() !== key);
  return [
    ...(press.ctrlKey || press.metaKey ? ['Mod'] : []),
    ...(press.altKey ? ['Alt'] : []),
    ...(isShifted ? ['Shift'] : []),
    key,
  ].join('+');
}

/** The action that a press means; null for none. A character alone means nothing where text is written. */
export function actionOf(bindings: Bindings, press: Press, options: { inText: boolean }): Action | null {
  const keys = keysOf(press);
  if (keys === null || (options.inText && isCharacter(keys))) return null;
  return (Object.keys(bindings) as Action[]).find((action) => bindings[action] === keys) ?? null;
}

const isCharacter = (keys: string): boolean => splitKeys(keys).every((key) => key === 'Shift' || key.length === 1);

/** Why keys cannot be an action's; null where they can. */
export function refuseKeys(bindings: Bindings, action: Action, keys: string): string | null {
  const parts = splitKeys(keys);
  if (parts.every((key) => key === 'Shift' || RESERVED.includes(key)))
    return 'This key is needed to move about the page.';
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && /^[A-Z0-9]$/.test(only)) {
    return 'Letters and digits need Ctrl, ⌘ or Alt beside them.';
  }
  if (parts.length === 1 && /^(Arrow|Page|Home|End)/.test(only ?? '')) return 'This key is needed to scroll.';
  const other = (Object.keys(bindings) as Action[]).find((one) => one !== action && bindings[one] === keys);
  return other === undefined ? null : `These keys are those of “${ACTIONS[other].label}”.`;
}

/** What was kept, as far as it can be understood. */
export function parseBindings(kept: unknown): Bindings {
  const fields = typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
  const read = (action: Action): string | null => {
    const value = fields[action];
    return value === null || (typeof value === 'string' && value !== '') ? value : DEFAULT_BINDINGS[action];
  };
  return { quickAsk: read('quickAsk'), togglePanel: read('togglePanel'), listShortcuts: read('listShortcuts') };
}
