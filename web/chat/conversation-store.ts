// The state of one open conversation, outside React, so that the page, the panel and Quick Ask can share one stream, and
// a new client for the same conversation can take over without a flicker.
import type { UIMessage } from '@tanstack/ai-client';
import type { Message } from '../../worker/contract.ts';
import type { Problem } from '../problem.ts';
import { type AnswerLog, EMPTY_LOG } from './answer-facts.ts';
import type { ChatContext } from './chat-context.ts';
import type { Attempts } from './confirmation.ts';
import type { Person } from './people.ts';
import type { QuotaFigures } from './quota.ts';
import type { Read, Standing } from './standing.ts';
import { EMPTY_TOOL_LOG, type ToolLog } from './tool-log.ts';
import type { WatchState } from './watch.ts';

/** A chat answers with all tools, a search briefly and with those that find. */
export type SendMode = 'chat' | 'search';

/** A message that begins a version of its own. */
export type BranchFrom = {
  readonly kind: 'edit' | 'again';
  /** The server's id of what is edited or answered again. */
  readonly messageId: string;
  /** The question of this page from which on another version is shown. */
  readonly from: string;
};

export type ConversationState = {
  readonly sessionId: string;
  /** The server knows of it: a message of it was taken, or it was there before. */
  readonly exists: boolean;
  /** The model chosen on this page, ahead of what the server tells; null leaves the choice as it is. */
  readonly model: string | null;
  /** Words that someone is to begin with, until the composer has taken them. */
  readonly opening: string | null;
  /** Which client runs the conversation: another number takes over with what the server knows. */
  readonly client: number;
  readonly phase: 'loading' | 'ready' | 'missing' | 'failed';
  /** Why it could not be loaded, where the phase says so. */
  readonly problem: Problem | null;
  readonly messages: readonly UIMessage[];
  readonly hasOlder: boolean;
  /** A run is being sent, streamed or rejoined on this page. */
  readonly live: boolean;
  readonly runId: string | null;
  readonly link: 'steady' | 'reconnecting' | 'lost';
  readonly stopping: boolean;
  readonly log: AnswerLog;
  /** The last message that the server refused, with its words, so that nothing typed is lost. */
  readonly refused: {
    readonly problem: Problem;
    readonly text: string;
    readonly mode: SendMode;
    /** What was in view as it was sent. */
    readonly about: ChatContext | null;
    readonly at: number;
  } | null;
  readonly tools: ToolLog;
  /** What this page has done about decisions, by approval. */
  readonly attempts: Attempts;
  /** How many messages of this page the server has taken. */
  readonly accepted: number;
  /** How the org's allowance stood when the last answer ended; null where nothing limits it or none has. */
  readonly quota: QuotaFigures | null;
  /** Unix milliseconds of the last new text, or of sending. */
  readonly lastTextAt: number;
  /** Who looks at this page; null until that is known. */
  readonly me: Person | null;
  /** What the server last told of the conversation besides its words. */
  readonly standing: Standing | null;
  /** Words of questions that wait for their turn, by run. */
  readonly waitingWords: Readonly<Record<string, string>>;
  /** Who has it open now, where several people share it. */
  readonly people: readonly Person[];
  readonly watch: WatchState;
  /** Messages on their way to wait behind somebody else's turn. */
  readonly outgoing: readonly { readonly runId: string; readonly text: string }[];
  /** The question that is being edited. */
  readonly editing: string | null;
  /** What was said of answers on this page, ahead of what the server tells; by message. */
  readonly judged: Readonly<Record<string, Message['feedback']>>;
  /** What this page has read; see standing.ts. */
  readonly read: Pick<Read, 'sending' | 'reading' | 'following' | 'ended' | 'version'>;
};

export type ConversationStore = {
  /** The state as it is now. */
  readonly get: () => ConversationState;
  /** The state as it was last shown: one change a frame, however fast tokens come. */
  readonly shown: () => ConversationState;
  readonly set: (change: Partial<ConversationState>) => void;
  readonly subscribe: (listener: () => void) => () => void;
};

export function createConversationStore(sessionId: string, options: { isNew: boolean }): ConversationStore {
  const listeners = new Set<() => void>();
  let state: ConversationState = {
    sessionId,
    exists: !options.isNew,
    model: null,
    opening: null,
    client: 0,
    phase: options.isNew ? 'ready' : 'loading',
    problem: null,
    messages: [],
    hasOlder: false,
    live: false,
    runId: null,
    link: 'steady',
    stopping: false,
    log: EMPTY_LOG,
    refused: null,
    tools: EMPTY_TOOL_LOG,
    attempts: {},
    accepted: 0,
    quota: null,
    lastTextAt: 0,
    me: null,
    standing: null,
    waitingWords: {},
    people: [],
    watch: 'away',
    outgoing: [],
    editing: null,
    judged: {},
    read: { sending: false, reading: !options.isNew, following: null, ended: null, version: 0 },
  };
  let shown = state;
  let scheduled = false;
  const show = () => {
    scheduled = false;
    shown = state;
    for (const listener of listeners) listener();
  };
  return {
    get: () => state,
    shown: () => shown,
    set: (change) => {
      state = { ...state, ...change };
      if (scheduled) return;
      scheduled = true;
      nextFrame(show);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Frames stop in a hidden tab, where nobody looks but titles and announcements still go on. */
function nextFrame(callback: () => void): void {
  if (typeof document === 'undefined' || document.hidden) setTimeout(callback, 50);
  else requestAnimationFrame(callback);
}
