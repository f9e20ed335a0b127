// The host's side of the embedded assistant: options, the handshake with the frame, tokens, shortcuts and events. Nothing is
// loaded and no token is asked for before the assistant is opened.
import { hostText } from './host-text.ts';
import { createHostView, MAX_WIDTH, MIN_WIDTH } from './host-view.ts';
import {
  type Brand,
  brandFault,
  contextFault,
  type FrameMessage,
  type HostMessage,
  isToken,
  LOCALES,
  type Locale,
  type Mode,
  PROTOCOL_VERSION,
  readFrameMessage,
  type Scheme,
  type Shortcuts,
  shortcutsFault,
  type Theme,
  type TokenFailure,
  themeFault,
  typeOf,
  type ViewContext,
} from './protocol.ts';

export type { Brand, Locale, Theme, ViewContext } from './protocol.ts';

export type GroundwireOptions = {
  /** The organization's slug. */
  readonly org: string;
  /** Groundwire's origin. The script tag knows it from its own address. */
  readonly origin: string;
  /** Returns a token of the user who is signed in on the host's page. Called when one is needed, one call at a time. */
  readonly getToken: () => string | Promise<string>;
  readonly theme?: Theme;
  /** `auto` follows the user's system. */
  readonly scheme?: Scheme | 'auto';
  readonly context?: ViewContext | null;
  readonly position?: 'left' | 'right';
  readonly zIndex?: number;
  /** Of the panel in pixels. The user can change it. */
  readonly width?: number;
  /** By default the language of the host's page, if there is a translation. */
  readonly locale?: Locale;
  readonly brand?: Brand;
  /** False: without keys. An action without keys is null. */
  readonly shortcuts?: boolean | Partial<Shortcuts>;
  /** False: the host opens the assistant with a control of its own. */
  readonly tab?: boolean;
};

export type GroundwireEvents = {
  /** The panel or Quick Ask opened; `width` is the panel's in pixels. */
  readonly open: { readonly mode: Mode; readonly width: number };
  readonly close: Record<string, never>;
  readonly resize: { readonly width: number };
  readonly answering: { readonly isAnswering: boolean };
  /** The user removed the context's chip. */
  readonly contextremoved: Record<string, never>;
  readonly error: { readonly code: EmbedError; readonly message: string };
};

export type EmbedError =
  /** The frame didn't answer: the origin isn't allowed, or the connection was lost. */
  | 'NOT_LOADED'
  /** The script and the frame speak other versions of the protocol. */
  | 'VERSION'
  /** `getToken` threw, took too long or returned something else than a token. */
  | 'TOKEN'
  /** Groundwire refused the token. */
  | 'SIGNED_OUT'
  /** A side sent a message that the other one refused. */
  | 'MESSAGE';

export type Groundwire = {
  open(): void;
  close(): void;
  toggle(): void;
  /** Opens Quick Ask, or the panel, with the text in the field. With `send`, asks it at once. */
  ask(text: string, options?: { readonly in?: Mode; readonly send?: boolean }): void;
  /** What the user sees now; null for nothing. @throws TypeError if it is larger than 8 kB or no context */
  setContext(context: ViewContext | null): void;
  setTheme(theme: Theme, scheme?: Scheme | 'auto'): void;
  /** Returns a function that stops listening. */
  on<E extends keyof GroundwireEvents>(event: E, listener: (detail: GroundwireEvents[E]) => void): () => void;
  /** Removes everything from the page. */
  destroy(): void;
};

const LOAD_TIMEOUT_MS = 15_000;
const TOKEN_TIMEOUT_MS = 10_000;
const DEFAULT_SHORTCUTS: Shortcuts = { togglePanel: 'Mod+L', quickAsk: 'Mod+ArrowUp' };
const MAX_Z = 2_147_483_647;

/** @throws TypeError if an option can't be used */
export function createGroundwire(options: GroundwireOptions): Groundwire {
  const settings = readOptions(options);
  const text = hostText(settings.locale);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const listeners = new Map<keyof GroundwireEvents, Set<(detail: never) => void>>();
  let { theme, scheme, context } = settings;
  let mode: Mode | null = null;
  /** Open once the frame has answered. */
  let port: MessagePort | null = null;
  let isReady = false;
  let waiting: HostMessage[] = [];
  let loading: ReturnType<typeof setTimeout> | undefined;
  let asking: Promise<TokenAnswer> | null = null;
  let isDestroyed = false;

  const view = createHostView({
    address: `${settings.origin}/embed?${new URLSearchParams({ org: settings.org, origin: location.origin })}`,
    text,
    name: text.assistant(settings.brand.name ?? null),
    logo: settings.brand.logo ?? null,
    position: settings.position,
    zIndex: settings.zIndex,
    width: settings.width,
    hasTab: settings.tab,
    tabKeys: settings.shortcuts.togglePanel?.replace('Mod', isMac() ? 'Meta' : 'Control') ?? null,
    onTab: () => show('panel'),
    onClose: () => show(null),
    onRetry: () => {
      port?.close();
      port = null;
      isReady = false;
      view.reload();
      startLoading();
    },
    onResize: (width) => emit('resize', { width }),
  });

  const schemeNow = (): Scheme => (scheme === 'auto' ? (dark.matches ? 'dark' : 'light') : scheme);
  function applyTheme(): void {
    view.setTheme(theme, schemeNow());
    send({ type: 'theme', theme, scheme: schemeNow() });
  }

  function show(next: Mode | null): void {
    if (isDestroyed || next === mode) {
      if (next !== null) view.focusFrame();
      return;
    }
    const isFirst = view.frame() === null;
    mode = next;
    view.show(next);
    if (isFirst && next !== null) startLoading();
    send({ type: 'mode', mode: next });
    if (next === null) emit('close', {});
    else emit('open', { mode: next, width: view.width() });
  }

  function startLoading(): void {
    view.wait();
    clearTimeout(loading);
    loading = setTimeout(() => fail('NOT_LOADED', navigator.onLine ? text.refused : text.failed), LOAD_TIMEOUT_MS);
  }

  function fail(code: EmbedError, words: string): void {
    clearTimeout(loading);
    view.fail(words);
    emit('error', { code, message: words });
  }

  /** The handshake: the frame says hello, and gets one end of a channel. A frame that reloads says it again. */
  function onWindowMessage(event: MessageEvent): void {
    const frame = view.frame();
    if (frame === null || event.source !== frame.contentWindow || event.origin !== settings.origin) return;
    const message = readFrameMessage(event.data);
    if (!message.ok) return;
    if (message.value.type === 'refused') {
      if (message.value.reason === 'version') fail('VERSION', text.outdated);
      else
        emit('error', {
          code: 'MESSAGE',
          message: `The assistant refused ${message.value.of}: ${message.value.reason}`,
        });
    }
    if (message.value.type !== 'hello') return;
    if (message.value.version !== PROTOCOL_VERSION) {
      fail('VERSION', text.outdated);
      return;
    }
    port?.close();
    isReady = false;
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = ({ data }) => onFrameMessage(data);
    frame.contentWindow?.postMessage(
      {
        type: 'init',
        version: PROTOCOL_VERSION,
        theme,
        scheme: schemeNow(),
        locale: settings.locale,
        brand: settings.brand,
        shortcuts: settings.shortcuts,
        context,
        mode,
      },
      settings.origin,
      [channel.port2],
    );
  }

  function onFrameMessage(data: unknown): void {
    const message = readFrameMessage(data);
    if (message.ok) receive(message.value);
    else emit('error', { code: 'MESSAGE', message: `${typeOf(data)}: ${message.reason}` });
  }

  function receive(message: FrameMessage): void {
    switch (message.type) {
      case 'ready': {
        clearTimeout(loading);
        isReady = true;
        view.ready();
        const queued = waiting;
        waiting = [];
        for (const one of queued) port?.postMessage(one);
        return;
      }
      case 'want-token':
        void answerToken(message.id);
        return;
      case 'mode':
        show(message.mode);
        return;
      case 'answering':
        view.setAnswering(message.isAnswering);
        emit('answering', { isAnswering: message.isAnswering });
        return;
      case 'context-removed':
        context = null;
        emit('contextremoved', {});
        return;
      case 'signed-out':
        emit('error', { code: 'SIGNED_OUT', message: `Groundwire refused the token: ${message.code}` });
        return;
      case 'refused':
        emit('error', { code: 'MESSAGE', message: `The assistant refused ${message.of}: ${message.reason}` });
        return;
      case 'hello':
        return;
    }
  }

  async function answerToken(id: number): Promise<void> {
    const asked = port;
    asking ??= askForToken(settings.getToken).finally(() => {
      asking = null;
    });
    const answer = await asking;
    if (!answer.ok) emit('error', { code: 'TOKEN', message: `getToken ${TOKEN_FAULTS[answer.reason]}` });
    asked?.postMessage(
      answer.ok ? { type: 'token', id, token: answer.token } : { type: 'token-failed', id, reason: answer.reason },
    );
  }

  /** Only the last context, theme and mode matter to a frame that isn't ready; the init has them. */
  function send(message: HostMessage): void {
    if (isReady) port?.postMessage(message);
    else if (view.frame() !== null) waiting = [...waiting.filter(({ type }) => type !== message.type), message];
  }

  function emit<E extends keyof GroundwireEvents>(event: E, detail: GroundwireEvents[E]): void {
    for (const listener of listeners.get(event) ?? []) {
      try {
        (listener as (detail: GroundwireEvents[E]) => void)(detail);
      } catch (error) {
        // The host's mistake must not stop the assistant.
        reportError(error);
      }
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.repeat) return;
    if (isPress(event, settings.shortcuts.togglePanel)) show(mode === 'panel' ? null : 'panel');
    // With the panel open, its field takes the focus.
    else if (isPress(event, settings.shortcuts.quickAsk)) show(mode === 'panel' ? 'panel' : 'quick');
    else return;
    event.preventDefault();
  }

  addEventListener('message', onWindowMessage);
  document.addEventListener('keydown', onKeyDown);
  dark.addEventListener('change', applyTheme);
  view.setTheme(theme, schemeNow());
  whenBodyExists(() => !isDestroyed && view.mount());

  return {
    open: () => show('panel'),
    close: () => show(null),
    toggle: () => show(mode === null ? 'panel' : null),
    ask: (words, { in: place = mode ?? 'quick', send: atOnce = false } = {}) => {
      if (typeof words !== 'string') throw new TypeError('Groundwire: ask takes text');
      show(place);
      send({ type: 'ask', text: words.slice(0, 16_000).toWellFormed(), mode: place, send: atOnce });
    },
    setContext: (next) => {
      requireNone(contextFault(next));
      context = next;
      send({ type: 'context', context });
    },
    setTheme: (next, nextScheme = scheme) => {
      requireNone(themeFault(next) ?? schemeFault(nextScheme));
      theme = next;
      scheme = nextScheme;
      applyTheme();
    },
    on: (event, listener) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener as (detail: never) => void));
      return () => void set.delete(listener as (detail: never) => void);
    },
    destroy: () => {
      if (isDestroyed) return;
      isDestroyed = true;
      clearTimeout(loading);
      removeEventListener('message', onWindowMessage);
      document.removeEventListener('keydown', onKeyDown);
      dark.removeEventListener('change', applyTheme);
      port?.close();
      view.destroy();
      listeners.clear();
    },
  };
}

type TokenAnswer =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly reason: TokenFailure };

const TOKEN_FAULTS: Readonly<Record<TokenFailure, string>> = {
  threw: 'threw an error',
  timeout: `took longer than ${TOKEN_TIMEOUT_MS / 1000} seconds`,
  invalid: 'returned no token',
};

async function askForToken(getToken: GroundwireOptions['getToken']): Promise<TokenAnswer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<TokenAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, reason: 'timeout' }), TOKEN_TIMEOUT_MS);
  });
  const asked = (async (): Promise<TokenAnswer> => {
    try {
      const token: unknown = await getToken();
      return isToken(token) ? { ok: true, token } : { ok: false, reason: 'invalid' };
    } catch {
      // The host's own error. It may contain anything, so it isn't passed on.
      return { ok: false, reason: 'threw' };
    }
  })();
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

function readOptions(options: GroundwireOptions) {
  const {
    org,
    origin,
    getToken,
    theme = {},
    scheme = 'auto',
    context = null,
    position = 'right',
    brand = {},
  } = options;
  if (typeof org !== 'string' || !/^[a-z0-9-]{1,64}$/.test(org)) requireNone('org is the slug of your organization');
  const address = URL.parse(origin);
  if (address === null || address.origin !== origin)
    requireNone('origin is Groundwire’s origin, such as https://ai.example.com');
  if (typeof getToken !== 'function') requireNone('getToken is a function that returns a token');
  if (position !== 'left' && position !== 'right') requireNone('position is left or right');
  const shortcuts = readShortcuts(options.shortcuts ?? true);
  requireNone(
    themeFault(theme) ?? schemeFault(scheme) ?? brandFault(brand) ?? contextFault(context) ?? shortcutsFault(shortcuts),
  );
  return {
    ...{ org, origin, getToken, theme, scheme, context, position, brand, shortcuts },
    locale: readLocale(options.locale),
    zIndex: within(options.zIndex, 0, MAX_Z, 1000, 'zIndex'),
    width: within(options.width, MIN_WIDTH, MAX_WIDTH, 400, 'width'),
    tab: options.tab ?? true,
  };
}

function readLocale(locale: string | undefined): Locale {
  const found = (tag: string) => LOCALES.find((one) => tag === one || tag.startsWith(`${one}-`));
  if (locale === undefined) return found(document.documentElement.lang) ?? 'en';
  return found(locale) ?? requireNone(`locale is one of ${LOCALES.join(', ')}`);
}

function readShortcuts(shortcuts: boolean | Partial<Shortcuts>): Shortcuts {
  if (shortcuts === false) return { togglePanel: null, quickAsk: null };
  return shortcuts === true ? DEFAULT_SHORTCUTS : { ...DEFAULT_SHORTCUTS, ...shortcuts };
}

function within(value: number | undefined, min: number, max: number, otherwise: number, name: string): number {
  if (value === undefined) return otherwise;
  return Number.isFinite(value) && value >= min && value <= max
    ? value
    : requireNone(`${name} is from ${min} to ${max}`);
}

const schemeFault = (scheme: unknown): string | null =>
  scheme === 'light' || scheme === 'dark' || scheme === 'auto' ? null : 'scheme is light, dark or auto';

function requireNone(fault: null): void;
function requireNone(fault: string): never;
function requireNone(fault: string | null): void;
function requireNone(fault: string | null): void {
  if (fault !== null) throw new TypeError(`Groundwire: ${fault}`);
}

const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

/** Whether a key press is exactly these keys, such as `Mod+L`. */
function isPress(event: KeyboardEvent, keys: string | null): boolean {
  if (keys === null) return false;
  const parts = keys.split('+');
  const key = parts.pop() ?? '';
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    (parts.includes('Mod')
      ? event.metaKey !== event.ctrlKey
      : event.metaKey === parts.includes('Meta') && event.ctrlKey === parts.includes('Ctrl')) &&
    event.altKey === parts.includes('Alt') &&
    (event.shiftKey === parts.includes('Shift') || !/^[a-z]$|^.{2,}$/i.test(key))
  );
}

function whenBodyExists(run: () => void): void {
  if (document.body) run();
  else document.addEventListener('DOMContentLoaded', run, { once: true });
}
