// The messages between a host page and the assistant's frame: shapes, limits and checks, for both sides. A side trusts nothing
// that it gets: what doesn't match is refused by name and changes nothing. Without a library, because the host's script is
// small. Pure.

/** Rises when a side of an older release would misunderstand a newer one. */
export const PROTOCOL_VERSION = 1;

const MAX_TEXT = 16_000;
const MAX_NAME = 200;
const MAX_TOKEN = 8 * 1024;
/** Of JSON in UTF-8. The server has the same limit for a message's context. */
export const MAX_CONTEXT_BYTES = 8 * 1024;
/** A logo is a `data:` URL of an image. */
const MAX_LOGO = 32 * 1024;
/** Of a whole message, checked before anything else is read. */
const MAX_DEPTH = 32;

export const LOCALES = ['en', 'de'] as const;
export type Locale = (typeof LOCALES)[number];
export type Scheme = 'light' | 'dark';

/** The values that a host can set; everything else follows from them. */
export type Theme = {
  /** The color of buttons, links and focus, as `#rrggbb`. One for both schemes, or one for each. */
  readonly accent?: string | { readonly light: string; readonly dark: string };
  /** Of cards in pixels, from 0 to 24. Controls and bubbles follow. */
  readonly radius?: number;
  /** Names of fonts that people's systems have, in order. */
  readonly font?: string;
};

export type Brand = {
  readonly name?: string;
  /** A `data:` URL of a PNG, JPEG, WebP, GIF or SVG image. */
  readonly logo?: string;
};

/** What the user sees on the host page. */
export type ViewContext = {
  /** What kind of thing it is, such as `ticket`. */
  readonly type: string;
  readonly id: string;
  /** Shown to the user. */
  readonly title: string;
  /** Any JSON, for the model. */
  readonly data?: unknown;
};

export type Mode = 'panel' | 'quick';
export type Shortcuts = { readonly togglePanel: string | null; readonly quickAsk: string | null };

export type InitMessage = {
  readonly type: 'init';
  readonly version: number;
  readonly theme: Theme;
  readonly scheme: Scheme;
  readonly locale: Locale;
  readonly brand: Brand;
  readonly shortcuts: Shortcuts;
  readonly context: ViewContext | null;
  readonly mode: Mode | null;
};

export type TokenFailure = 'threw' | 'timeout' | 'invalid';

/** From the host page, over the channel. */
export type HostMessage =
  | { readonly type: 'mode'; readonly mode: Mode | null }
  | { readonly type: 'ask'; readonly text: string; readonly mode: Mode; readonly send: boolean }
  | { readonly type: 'context'; readonly context: ViewContext | null }
  | { readonly type: 'theme'; readonly theme: Theme; readonly scheme: Scheme }
  | { readonly type: 'token'; readonly id: number; readonly token: string }
  | { readonly type: 'token-failed'; readonly id: number; readonly reason: TokenFailure };

export type Refusal = 'version' | 'invalid' | 'too-large' | 'unknown-type' | 'already-started';

/** From the frame: `hello` and `refused` as window messages, everything else over the channel. */
export type FrameMessage =
  | { readonly type: 'hello'; readonly version: number }
  | { readonly type: 'ready' }
  | { readonly type: 'want-token'; readonly id: number; readonly isRenewal: boolean }
  | { readonly type: 'mode'; readonly mode: Mode | null }
  | { readonly type: 'context-removed' }
  | { readonly type: 'answering'; readonly isAnswering: boolean }
  | { readonly type: 'signed-out'; readonly code: string }
  | { readonly type: 'refused'; readonly reason: Refusal; readonly of: string };

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Refusal };

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const text =
  (max: number, min = 0): Check =>
  (value) =>
    typeof value === 'string' && value.length >= min && value.length <= max && value.isWellFormed();
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
/** Exactly these fields. */
const object =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (!isRecord(value)) return false;
    return (
      Object.keys(value).every((key) => Object.hasOwn(shape, key)) &&
      Object.entries(shape).every(([key, check]) => check(value[key]))
    );
  };

const color: Check = (value) => typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value);
const FONT = /^[\w -]{1,60}(?:, *[\w -]{1,60}){0,9}$/;
const LOGO = /^data:image\/(?:png|jpeg|webp|gif|svg\+xml)(?:;charset=utf-8)?(?:;base64)?,/i;
const KEYS = /^(?:[A-Z][A-Za-z]*\+)*[\x21-\x7e]\w{0,20}$/;

const isTheme = object({
  accent: optional((value) => color(value) || object({ light: color, dark: color })(value)),
  radius: optional((value) => typeof value === 'number' && value >= 0 && value <= 24),
  font: optional((value) => typeof value === 'string' && FONT.test(value)),
});
const isBrand = object({
  name: optional(text(40, 1)),
  logo: optional((value) => text(MAX_LOGO)(value) && LOGO.test(value as string)),
});
const isContextShape = object({ type: text(64, 1), id: text(256, 1), title: text(MAX_NAME, 1), data: () => true });
const isContext: Check = (value) => isContextShape(value) && (jsonBytes(value) ?? Infinity) <= MAX_CONTEXT_BYTES;
const isMode = oneOf('panel', 'quick');
const keys = orNull((value) => typeof value === 'string' && KEYS.test(value));

const HOST_MESSAGES: Readonly<Record<HostMessage['type'], Readonly<Record<string, Check>>>> = {
  mode: { mode: orNull(isMode) },
  ask: { text: text(MAX_TEXT), mode: isMode, send: flag },
  context: { context: orNull(isContext) },
  theme: { theme: isTheme, scheme: oneOf('light', 'dark') },
  token: { id: number, token: text(MAX_TOKEN, 1) },
  'token-failed': { id: number, reason: oneOf('threw', 'timeout', 'invalid') },
};
const INIT: Readonly<Record<string, Check>> = {
  version: oneOf(PROTOCOL_VERSION),
  theme: isTheme,
  scheme: oneOf('light', 'dark'),
  locale: oneOf(...LOCALES),
  brand: isBrand,
  shortcuts: object({ togglePanel: keys, quickAsk: keys }),
  context: orNull(isContext),
  mode: orNull(isMode),
};
const FRAME_MESSAGES: Readonly<Record<FrameMessage['type'], Readonly<Record<string, Check>>>> = {
  hello: { version: number },
  ready: {},
  'want-token': { id: number, isRenewal: flag },
  mode: { mode: orNull(isMode) },
  'context-removed': {},
  answering: { isAnswering: flag },
  'signed-out': { code: text(64, 1) },
  refused: { reason: oneOf('version', 'invalid', 'too-large', 'unknown-type', 'already-started'), of: text(64) },
};

export function readInit(data: unknown): Checked<InitMessage> {
  if (!isRecord(data) || data['type'] !== 'init') return { ok: false, reason: 'unknown-type' };
  // Before the rest: another version may have other fields.
  if (data['version'] !== PROTOCOL_VERSION) return { ok: false, reason: 'version' };
  return readAs<InitMessage>(data, { init: INIT });
}

export const readHostMessage = (data: unknown): Checked<HostMessage> => readAs(data, HOST_MESSAGES);
export const readFrameMessage = (data: unknown): Checked<FrameMessage> => readAs(data, FRAME_MESSAGES);

function readAs<T>(data: unknown, shapes: Readonly<Record<string, Readonly<Record<string, Check>>>>): Checked<T> {
  if (!isRecord(data)) return { ok: false, reason: 'invalid' };
  const type = data['type'];
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) return { ok: false, reason: 'unknown-type' };
  const size = jsonBytes(data);
  if (size === null) return { ok: false, reason: 'invalid' };
  if (size > MAX_BYTES) return { ok: false, reason: 'too-large' };
  if (isRecord(data['context']) && (jsonBytes(data['context']) ?? 0) > MAX_CONTEXT_BYTES)
    return { ok: false, reason: 'too-large' };
  return object({ type: oneOf(type), ...shapes[type] })(data)
    ? { ok: true, value: data as unknown as T }
    : { ok: false, reason: 'invalid' };
}

/** The longest valid message is an init with a logo. */
const MAX_BYTES = 64 * 1024;

/** A message's type for an error message; it can be anything. */
export const typeOf = (data: unknown): string =>
  isRecord(data) && typeof data['type'] === 'string' ? data['type'].slice(0, 64).toWellFormed() : '';

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The size of a value as JSON; null if it isn't JSON: circular, too deep, or with values that JSON doesn't have. */
function jsonBytes(value: unknown): number | null {
  if (!isJson(value, MAX_DEPTH)) return null;
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

function isJson(value: unknown, depth: number): boolean {
  if (depth < 0) return false;
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth - 1));
  if (typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    Object.values(value).every((item) => isJson(item, depth - 1))
  );
}

/** Why the host's options can't be used, as a sentence for its programmer; null if they can. */
export function themeFault(theme: unknown): string | null {
  return isTheme(theme)
    ? null
    : 'theme takes accent (#rrggbb, or light and dark), radius (0 to 24) and font (names separated by commas)';
}
export const brandFault = (brand: unknown): string | null =>
  isBrand(brand)
    ? null
    : `brand takes name (up to 40 characters) and logo (a data: URL of an image, up to ${MAX_LOGO / 1024} kB)`;
export function contextFault(context: unknown): string | null {
  if (context === null || isContext(context)) return null;
  return isContextShape(context) && jsonBytes(context) !== null
    ? `context is larger than ${MAX_CONTEXT_BYTES / 1024} kB`
    : 'context takes type, id, title (all text) and data (JSON), or null';
}
export const shortcutsFault = (shortcuts: Shortcuts): string | null =>
  INIT['shortcuts']?.(shortcuts) ? null : 'shortcuts are keys such as Mod+L, or null';
export const isToken = (token: unknown): token is string =>
  text(MAX_TOKEN, 1)(token) && /^[\w.~+/=-]+$/.test(token as string);
