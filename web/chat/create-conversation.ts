// One open conversation, outside React: its state and what can be done with it. The client that runs it is bound by
// ConversationDriver; without one, what is sent waits for it.
import type { Confirmation } from '../../worker/contract.ts';
import { cancelRun, decideApproval } from '../api.ts';
import { Problem } from '../problem.ts';
import type { ChatContext } from './chat-context.ts';
import type { Decision } from './confirmation.ts';
import {
  type BranchFrom,
  type ConversationStore,
  createConversationStore,
  type SendMode,
} from './conversation-store.ts';
import { decide } from './decide.ts';
import { sendToWait } from './send-to-wait.ts';
import { isOthersTurn } from './standing.ts';
import { announceRun } from './tab-channel.ts';

/** A server that was told to stop ends the stream itself within a second; this is for one that cannot be told. */
const STOP_GRACE_MS = 5_000;

export type SendOptions = {
  readonly mode?: SendMode;
  /** What is in view as it is sent. */
  readonly about?: ChatContext | null;
  readonly branch?: BranchFrom | null;
};

/** What a client of the conversation can do. */
export type ConversationControls = {
  readonly send: (text: string, options: Required<SendOptions>) => void;
  /** Ends the stream on this page only; for when the server could not be told. */
  readonly abort: () => void;
  readonly loadOlder: () => Promise<void>;
};

/** A message between the composer and the client; the page shows it as one that is being sent. */
type Held = { readonly key: string; readonly text: string; readonly options: Required<SendOptions> };

export type Conversation = {
  readonly id: string;
  readonly store: ConversationStore;
  readonly send: (text: string, options?: SendOptions) => void;
  readonly stop: () => void;
  /** Confirms or cancels what the assistant proposes. */
  readonly decide: (confirmation: Confirmation, decision: Decision) => void;
  /** Asks the server how things stand and follows a live run. */
  readonly reconnect: () => void;
  readonly loadOlder: () => Promise<void>;
  /** Null when the client goes. */
  readonly bind: (controls: ConversationControls | null) => void;
};

export function createConversation(id: string, options: { isNew: boolean }): Conversation {
  const store = createConversationStore(id, options);
  let controls: ConversationControls | null = null;
  /** What cannot be sent yet, in its order. */
  const held: Held[] = [];

  /** Null while the client takes no message: there is none yet, or it sends, reads or streams. */
  const freeControls = (): ConversationControls | null => {
    const { live, read } = store.get();
    return live || read.reading || read.sending ? null : controls;
  };
  /** One at a time. */
  const sendHeld = () => {
    const next = freeControls() === null ? undefined : held.shift();
    if (next === undefined) return;
    const { outgoing } = store.get();
    store.set({ outgoing: outgoing.filter(({ runId }) => runId !== next.key) });
    conversation.send(next.text, next.options);
  };
  store.subscribe(sendHeld);

  const reconnect = () => {
    store.set({
      link: 'steady',
      read: { ...store.get().read, reading: true },
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
      // Somebody else's turn goes on being shown; what is said meanwhile waits behind it.
      if (branch === null && isOthersTurn(state)) void sendToWait(store, { text, mode, about });
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
          // A run that the server does not know has nothing to end but the request itself. Somebody else's, for which this page
          // took it before it knew whose turn it is, goes on.
          if (error instanceof Problem && error.status === 403) store.set({ stopping: false });
          else abort();
        },
      );
    },
    decide: (confirmation, decision) => {
      const post = (approvalId: string) => decideApproval(id, approvalId, decision);
      const follow = () => {
        announceRun(id);
        // A run of this page's own goes on; what was decided is looked for when that has ended.
        if (!store.get().live) reconnect();
      };
      void decide({ store, post, follow }, confirmation, decision);
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
