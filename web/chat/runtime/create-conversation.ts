// One open conversation as an object outside React: its store, and everything the user can do with it (send, stop, decide,
// reconnect). It doesn't talk to the chat endpoint itself: ConversationDriver binds a client while it is mounted, and
// messages sent without one wait here. Created and kept by assistant.ts, or by ConversationProvider.
import { cancelRun, decideApproval } from '../../api.ts';
import { Problem } from '../../problem.ts';
import type { Approval, Decision } from '../approvals/approval.ts';
import { decide } from '../approvals/decide.ts';
import type { ChatContext } from './chat-context.ts';
import { isOthersTurn } from './conversation-status.ts';
import {
  type BranchFrom,
  type ConversationStore,
  createConversationStore,
  type SendMode,
} from './conversation-store.ts';
import { sendQueued } from './queue-message.ts';
import { announceRun } from './tab-channel.ts';

/** The server ends a canceled stream within a second. If it can't be reached, the page aborts after this long. */
const STOP_GRACE_MS = 5_000;

export type SendOptions = {
  readonly mode?: SendMode;
  /** What the open page shows when the message is sent. */
  readonly about?: ChatContext | null;
  readonly branch?: BranchFrom | null;
};

/** What a bound chat client offers. */
export type ConversationControls = {
  readonly send: (text: string, options: Required<SendOptions>) => void;
  /** Ends the stream on this page only, for when the server can't be reached. */
  readonly abort: () => void;
  readonly loadOlder: () => Promise<void>;
};

/** A message waiting for the client; the page shows it as being sent. */
type HeldMessage = { readonly key: string; readonly text: string; readonly options: Required<SendOptions> };

export type Conversation = {
  readonly id: string;
  readonly store: ConversationStore;
  readonly send: (text: string, options?: SendOptions) => void;
  readonly stop: () => void;
  /** Confirms or cancels a change that the assistant proposes. */
  readonly decide: (approval: Approval, decision: Decision) => void;
  /** Replaces the client, unless it is sending a message: the new one loads the transcript and follows a live run. */
  readonly reconnect: () => void;
  readonly loadOlder: () => Promise<void>;
  /** Called by ConversationDriver; null when its client unmounts. */
  readonly bind: (controls: ConversationControls | null) => void;
};

export function createConversation(id: string, options: { isNew: boolean }): Conversation {
  const store = createConversationStore(id, options);
  let controls: ConversationControls | null = null;
  const held: HeldMessage[] = [];

  /** Null if there is no client yet, or it is sending, loading or streaming. */
  const freeControls = (): ConversationControls | null => {
    const { live, sync } = store.get();
    return live || sync.reading || sync.sending ? null : controls;
  };
  /** Sends the next held message, one at a time. */
  const sendHeld = () => {
    const next = freeControls() === null ? undefined : held.shift();
    if (next === undefined) return;
    const { outgoing } = store.get();
    store.set({ outgoing: outgoing.filter(({ runId }) => runId !== next.key) });
    conversation.send(next.text, next.options);
  };
  store.subscribe(sendHeld);

  const reconnect = () => {
    const { sync } = store.get();
    // Replacing the client would abort the message that it is sending. Load the transcript after the answer.
    if (sync.sending) return store.set({ sync: { ...sync, missed: true } });
    store.set({
      connection: 'steady',
      sync: { ...sync, reading: true },
      ...(store.get().phase === 'failed' && { phase: 'loading', problem: null }),
      client: store.get().client + 1,
    });
  };
  const conversation: Conversation = {
    id,
    store,
    send: (text, { mode = 'chat', about = null, branch = null } = {}) => {
      const state = store.get();
      const free = freeControls();
      // While someone else's answer streams, keep showing it and queue the message on the server.
      if (branch === null && isOthersTurn(state)) void sendQueued(store, { text, mode, about });
      else if (free !== null) free.send(text, { mode, about, branch });
      else {
        const key = crypto.randomUUID();
        held.push({ key, text, options: { mode, about, branch } });
        store.set({ outgoing: [...state.outgoing, { runId: key, text }] });
      }
    },
    stop: () => {
      const { runId, live } = store.get();
      if (!live || runId === null) return;
      store.set({ stopping: true });
      const abort = () => {
        const now = store.get();
        if (now.live && now.runId === runId) controls?.abort();
      };
      cancelRun(runId, id).then(
        () => setTimeout(abort, STOP_GRACE_MS),
        (error: unknown) => {
          // A run that the server doesn't know is only a request, so end that. A 403 means the run belongs to someone
          // else and this page didn't know yet: let it continue.
          if (error instanceof Problem && error.status === 403) store.set({ stopping: false });
          else abort();
        },
      );
    },
    decide: (approval, decision) => {
      const post = (approvalId: string) => decideApproval(id, approvalId, decision);
      const follow = () => {
        announceRun(id);
        const { live, sync } = store.get();
        // Another client would abort the answer that streams: load the outcome afterwards.
        if (live) store.set({ sync: { ...sync, missed: true } });
        else reconnect();
      };
      void decide({ store, post, follow }, approval, decision);
    },
    reconnect,
    loadOlder: () => controls?.loadOlder() ?? Promise.resolve(),
    bind: (next) => {
      controls = next;
      sendHeld();
    },
  };
  return conversation;
}
