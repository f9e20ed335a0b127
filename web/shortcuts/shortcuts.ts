// The table of the product's shortcuts: actions, keys and the place where each works. Handlers, the shortcuts dialog and
// the rules for new bindings all read it. Widgets such as menus and tabs use the plain keys of their ARIA pattern. Pure.
import { keysOf, type Press, splitKeys } from '../design/keys.ts';

/** Work anywhere; the user can change them. */
export const ACTIONS = {
  quickAsk: { label: 'Quick Ask', keys: 'Mod+ArrowUp' },
  togglePanel: { label: 'Open or close the assistant', keys: 'Mod+L' },
  listShortcuts: { label: 'Keyboard shortcuts', keys: '?' },
} as const;

/** Work in one place; they can't be changed. */
export const FIXED = {
  send: { label: 'Send', keys: 'Enter', place: 'composer' },
  search: { label: 'Search', keys: 'Mod+Enter', place: 'composer' },
  newLine: { label: 'New line', keys: 'Shift+Enter', place: 'composer' },
  editLast: { label: 'Edit your last question', keys: 'ArrowUp', place: 'composer' },
  stop: { label: 'Stop the answer', keys: 'Escape', place: 'chatPage' },
  closePanel: { label: 'Close', keys: 'Escape', place: 'panel' },
  nextRegion: { label: 'Move focus: page, panel, approval', keys: 'F6', place: 'anywhere' },
  previousRegion: { label: 'Move focus back', keys: 'Shift+F6', place: 'anywhere' },
  widen: { label: 'Resize panel', keys: 'ArrowLeft', place: 'splitter' },
  widenMore: { label: 'Resize in larger steps', keys: 'Shift+ArrowLeft', place: 'splitter' },
} as const;

type Place = keyof typeof PLACES;

/** A place's shortcuts also work in the places inside it. */
export const PLACES = {
  anywhere: { title: 'Anywhere', inside: [] },
  chatPage: { title: 'Chat page', inside: ['anywhere'] },
  panel: { title: 'Assistant panel', inside: ['anywhere'] },
  splitter: { title: 'Panel’s edge', inside: ['panel'] },
  composer: { title: 'Writing', inside: ['chatPage', 'panel'] },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly inside: readonly string[] }>>;

export type Action = keyof typeof ACTIONS;
/** Null if the user turned the shortcut off. */
export type Bindings = Readonly<Record<Action, string | null>>;

export const DEFAULT_BINDINGS: Bindings = {
  quickAsk: ACTIONS.quickAsk.keys,
  togglePanel: ACTIONS.togglePanel.keys,
  listShortcuts: ACTIONS.listShortcuts.keys,
};

type Shortcut = { readonly label: string; readonly keys: string; readonly place: string };

/** Pairs of shortcuts that one key press would trigger: with the same keys in one place, or in a place and one inside it. */
export function conflictsOf(
  shortcuts: readonly Shortcut[],
  places: Readonly<Record<string, { readonly inside: readonly string[] }>> = PLACES,
): string[] {
  const isWithin = (inner: string, outer: string): boolean =>
    inner === outer || (places[inner]?.inside ?? []).some((around) => isWithin(around, outer));
  return shortcuts.flatMap((one, at) =>
    shortcuts
      .slice(at + 1)
      .filter(({ keys, place }) => keys === one.keys && (isWithin(place, one.place) || isWithin(one.place, place)))
      .map((other) => `${one.keys}: ${one.label}, ${other.label}`),
  );
}

/** Keys with a fixed meaning in pages and forms. */
const RESERVED = ['Tab', 'Enter', 'Escape', ' ', 'Backspace', 'Delete'];
/** The browser's own, for editing text. */
const EDITING = ['A', 'C', 'V', 'X', 'Y', 'Z', 'Shift+Z', 'Shift+V'].map((key) => `Mod+${key}`);

/** The action of a key press; null if none. In text fields, a plain character is only text. */
export function actionOf(bindings: Bindings, press: Press, options: { inText: boolean }): Action | null {
  const keys = keysOf(press);
  if (keys === null || (options.inText && isCharacter(keys))) return null;
  return (Object.keys(bindings) as Action[]).find((action) => bindings[action] === keys) ?? null;
}

const isCharacter = (keys: string): boolean => splitKeys(keys).every((key) => key === 'Shift' || key.length === 1);

/** Why an action can't use these keys; null if it can. */
export function bindingError(bindings: Bindings, action: Action, keys: string): string | null {
  const reason = reservedError(keys);
  if (reason !== null) return reason;
  const other = (Object.keys(bindings) as Action[]).find((one) => one !== action && bindings[one] === keys);
  return other === undefined ? null : `Already used for “${ACTIONS[other].label}”.`;
}

/** Why no action can use these keys; null if one can. */
function reservedError(keys: string): string | null {
  const parts = splitKeys(keys);
  if (parts.every((key) => key === 'Shift' || RESERVED.includes(key))) return 'This key is reserved.';
  if (EDITING.includes(keys)) return 'These keys are reserved for editing text.';
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && /^[A-Z0-9]$/.test(only)) {
    return 'Combine letters and digits with Ctrl, ⌘ or Alt.';
  }
  if (parts.length === 1 && /^(Arrow|Page|Home|End)/.test(only ?? '')) return 'This key is reserved for scrolling.';
  const fixed = Object.values(FIXED).find((one) => one.keys === keys);
  return fixed === undefined ? null : `Already used for “${fixed.label}”.`;
}

/** Stored bindings; the default for anything missing, not understood or reserved since. */
export function parseBindings(stored: unknown): Bindings {
  const fields = typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {};
  const read = (action: Action): string | null => {
    const value = fields[action];
    if (value === null) return null;
    return typeof value === 'string' && value !== '' && reservedError(value) === null
      ? value
      : DEFAULT_BINDINGS[action];
  };
  return { quickAsk: read('quickAsk'), togglePanel: read('togglePanel'), listShortcuts: read('listShortcuts') };
}

/** Whether a key press is this shortcut. */
export const isPress = (press: Press, shortcut: keyof typeof FIXED): boolean => keysOf(press) === FIXED[shortcut].keys;

export const shortcutsIn = (place: Place): readonly (readonly [string, string])[] =>
  Object.values(FIXED)
    .filter((one) => one.place === place)
    .map(({ label, keys }) => [label, keys] as const);
