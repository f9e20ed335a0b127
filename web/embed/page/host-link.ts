// The frame's side of the channel to the host's page: the handshake, and what the host said last. The host's page is foreign:
// each message is checked, and what is refused changes nothing. Outside React, because the handshake happens once per document.
import {
  type FrameMessage,
  type HostMessage,
  type InitMessage,
  type Mode,
  PROTOCOL_VERSION,
  type Refusal,
  readHostMessage,
  readInit,
  type Scheme,
  type Theme,
  type TokenFailure,
  typeOf,
  type ViewContext,
} from '../protocol.ts';

export type HostState = {
  readonly mode: Mode | null;
  readonly context: ViewContext | null;
  readonly theme: Theme;
  readonly scheme: Scheme;
};
export type Ask = Extract<HostMessage, { type: 'ask' }>;
export type TokenReply =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly reason: TokenFailure };

/** What of the window the link needs. */
export type LinkDeps = {
  /** The host's origin, as the frame's address says. */
  readonly hostOrigin: string;
  /** The origins that the organization allows. */
  readonly allowed: readonly string[];
  readonly parent: Pick<Window, 'postMessage'>;
  readonly listen: (listener: (event: MessageEvent) => void) => void;
};

/** The host's script gives up after a little less. */
const TOKEN_TIMEOUT_MS = 15_000;

export type HostLink = ReturnType<typeof createHostLink>;

/** Calls `onStart` when the host has answered. Null if the organization doesn't allow the host's origin. */
export function connectToHost(deps: LinkDeps, onStart: (link: HostLink) => void): boolean {
  const { hostOrigin, allowed, parent, listen } = deps;
  if (!allowed.includes(hostOrigin)) return false;
  const refuse = (reason: Refusal, of: string) => parent.postMessage({ type: 'refused', reason, of }, hostOrigin);
  let isStarted = false;
  listen((event) => {
    if (event.source !== parent || event.origin !== hostOrigin) return;
    const init = readInit(event.data);
    // Other scripts of the host's page send messages too.
    if (!init.ok && init.reason === 'unknown-type') return;
    const [port] = event.ports;
    if (isStarted || !init.ok || port === undefined) {
      refuse(isStarted ? 'already-started' : init.ok ? 'invalid' : init.reason, 'init');
      return;
    }
    isStarted = true;
    onStart(createHostLink(init.value, port));
  });
  parent.postMessage({ type: 'hello', version: PROTOCOL_VERSION } satisfies FrameMessage, hostOrigin);
  return true;
}

export function createHostLink(init: InitMessage, port: MessagePort) {
  let state: HostState = { mode: init.mode, context: init.context, theme: init.theme, scheme: init.scheme };
  const listeners = new Set<() => void>();
  const askListeners = new Set<(ask: Ask) => void>();
  const asks: Ask[] = [];
  const tokens = new Map<number, (reply: TokenReply) => void>();
  let lastToken = 0;

  const send = (message: FrameMessage) => port.postMessage(message);
  const set = (change: Partial<HostState>) => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };
  const settle = (id: number, reply: TokenReply) => {
    tokens.get(id)?.(reply);
    tokens.delete(id);
  };

  function receive(message: HostMessage): void {
    switch (message.type) {
      case 'mode':
        set({ mode: message.mode });
        return;
      case 'context':
        set({ context: message.context });
        return;
      case 'theme':
        set({ theme: message.theme, scheme: message.scheme });
        return;
      case 'token':
        settle(message.id, { ok: true, token: message.token });
        return;
      case 'token-failed':
        settle(message.id, { ok: false, reason: message.reason });
        return;
      case 'ask':
        set({ mode: message.mode });
        if (askListeners.size === 0) asks.push(message);
        for (const listener of askListeners) listener(message);
    }
  }

  port.onmessage = ({ data }) => {
    const message = readHostMessage(data);
    if (message.ok) receive(message.value);
    else send({ type: 'refused', reason: message.reason, of: typeOf(data) });
  };
  send({ type: 'ready' });

  return {
    init,
    get: (): HostState => state,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Also gets what was asked before. */
    onAsk: (listener: (ask: Ask) => void) => {
      askListeners.add(listener);
      for (const ask of asks.splice(0)) listener(ask);
      return () => void askListeners.delete(listener);
    },
    setMode: (mode: Mode | null): void => {
      if (mode === state.mode) return;
      set({ mode });
      send({ type: 'mode', mode });
    },
    removeContext: (): void => {
      set({ context: null });
      send({ type: 'context-removed' });
    },
    setAnswering: (isAnswering: boolean): void => send({ type: 'answering', isAnswering }),
    reportSignedOut: (code: string): void => send({ type: 'signed-out', code }),
    askForToken: (isRenewal: boolean): Promise<TokenReply> =>
      new Promise((resolve) => {
        lastToken += 1;
        const id = lastToken;
        const timer = setTimeout(() => settle(id, { ok: false, reason: 'timeout' }), TOKEN_TIMEOUT_MS);
        tokens.set(id, (reply) => {
          clearTimeout(timer);
          resolve(reply);
        });
        send({ type: 'want-token', id, isRenewal });
      }),
  };
}
