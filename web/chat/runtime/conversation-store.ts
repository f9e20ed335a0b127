// The state of one open conversation, and the only place that holds it. It lives outside React, so the chat page, the
// panel and Quick Ask can share one stream. Written by ConversationDriver (what the client and the server report),
// create-conversation.ts (what the user does) and approvals/decide.ts; components only read it.
import type { UIMessage } from '@tanstack/ai-client';
import type { Message } from '../../../worker/api/messages/messages-schema.ts';
import type { Problem } from '../../problem.ts';
import { type AnswerLog, EMPTY_LOG } from '../answer/answer-metadata.ts';
import { EMPTY_TOOL_LOG, type ToolLog } from '../answer/tool-log.ts';
import type { Attempts } from '../approvals/approval.ts';
import type { QuotaFigures } from '../composer/quota.ts';
import type { Earlier } from '../transcript/earlier.ts';
import type { Person } from '../transcript/people.ts';
import type { ChatContext } from './chat-context.ts';
import type { ConversationStatus, SyncState } from './conversation-status.ts';
import type { WatchState } from './watch.ts';

/** `chat` can use every tool; `search` gives a short answer and can only use read tools. */
export type SendMode = 'chat' | 'search';

/** A message that starts a new version of a question or an answer. */
export type BranchFrom = {
  readonly kind: 'edit' | 'again';
  /** The server's id of the edited question or the regenerated answer. */
  readonly messageId: string;
  /** This page's id of the question from which the transcript is replaced. */
  readonly from: string;
};

export type ConversationState = {
  readonly sessionId: string;
  /** The server knows the conversation: it has accepted a message, or the conversation was already there. */
  readonly exists: boolean;
  /** The model chosen on this page, ahead of the server's value. Null keeps the server's choice. */
  readonly model: string | null;
  /** Text to put into the composer, until the composer has taken it. */
  readonly prefill: string | null;
  /** Increases to replace the chat client: the new one loads the transcript from the server. */
  readonly client: number;
  readonly phase: 'loading' | 'ready' | 'missing' | 'failed';
  /** Why loading failed, in the phases `missing` and `failed`. */
  readonly problem: Problem | null;
  readonly messages: readonly UIMessage[];
  readonly hasOlder: boolean;
  /** This page is sending, streaming or rejoining a run. */
  readonly live: boolean;
  readonly runId: string | null;
  readonly connection: 'steady' | 'reconnecting' | 'lost';
  readonly stopping: boolean;
  /** The live run summarizes earlier messages before it answers. */
  readonly summarizing: boolean;
  /** Where the model's part begins, as a run on this page reported it, ahead of the stored messages. */
  readonly earlier: Earlier | null;
  readonly log: AnswerLog;
  /** The last message that the server rejected, with its text so that nothing typed is lost. */
  readonly rejected: {
    readonly problem: Problem;
    readonly text: string;
    readonly mode: SendMode;
    readonly about: ChatContext | null;
    /** Unix milliseconds. */
    readonly at: number;
  } | null;
  readonly tools: ToolLog;
  /** Decisions sent from this page, by approval id. */
  readonly attempts: Attempts;
  /** Number of messages from this page that the server has accepted. */
  readonly accepted: number;
  /** The organization's quota when the last answer ended. Null if there is no limit or no answer yet. */
  readonly quota: QuotaFigures | null;
  /** Unix milliseconds of the last new text, or of sending. */
  readonly lastTextAt: number;
  /** The signed-in user; null until loaded. */
  readonly me: Person | null;
  /** The server's last report about the conversation. */
  readonly status: ConversationStatus | null;
  /** Text of queued questions, by run id. */
  readonly queuedTexts: Readonly<Record<string, string>>;
  /** Who has the conversation open now, if it is shared. */
  readonly people: readonly Person[];
  readonly watch: WatchState;
  /** Messages that the server has not accepted yet. */
  readonly outgoing: readonly { readonly runId: string; readonly text: string }[];
  /** Id of the question being edited. */
  readonly editing: string | null;
  /** Feedback given on this page, ahead of the server's value, by message id. */
  readonly feedback: Readonly<Record<string, Message['feedback']>>;
  readonly sync: Pick<SyncState, 'sending' | 'reading' | 'following' | 'ended' | 'version' | 'missed'>;
};

export type ConversationStore = {
  /** The current state. */
  readonly get: () => ConversationState;
  /** The state as last rendered. It changes at most once a frame, however fast tokens arrive. */
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
    prefill: null,
    client: 0,
    phase: options.isNew ? 'ready' : 'loading',
    problem: null,
    messages: [],
    hasOlder: false,
    live: false,
    runId: null,
    connection: 'steady',
    stopping: false,
    summarizing: false,
    earlier: null,
    log: EMPTY_LOG,
    rejected: null,
    tools: EMPTY_TOOL_LOG,
    attempts: {},
    accepted: 0,
    quota: null,
    lastTextAt: 0,
    me: null,
    status: null,
    queuedTexts: {},
    people: [],
    watch: 'away',
    outgoing: [],
    editing: null,
    feedback: {},
    sync: { sending: false, reading: !options.isNew, following: null, ended: null, version: 0, missed: false },
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

/** Hidden tabs get no animation frames, but the title and announcements still have to update. */
function nextFrame(callback: () => void): void {
  if (typeof document === 'undefined' || document.hidden) setTimeout(callback, 50);
  else requestAnimationFrame(callback);
}
