// A page of the transcript as its readers see it: messages with the replies to their tool calls, approvals, versions and the
// reader's feedback. An answer in progress has its text so far, which is stored before it is shown.

import type {
  ConversationReply,
  Earlier,
  MessagePage,
  PageCall,
  Refusal,
  ShownMessage,
} from '../../contracts/conversation.ts';
import { toShown as toShownDraft } from '../../contracts/draft.ts';
import { toShownContext } from '../../contracts/page-context.ts';
import type { TranscriptMessage } from '../../contracts/transcript.ts';
import type { Access } from '../../principal.ts';
import { confirmationsOfMessage, pendingApprovals, type StoredApproval } from '../approvals/approvals.ts';
import { toInterrupt } from '../approvals/interrupts.ts';
import { summaryOn, toEarlier } from '../compaction/summaries.ts';
import { getUnstarted, getVisible } from '../conversation-access.ts';
import { statusOf } from '../conversation-status.ts';
import type { ConversationDeps } from '../deps.ts';
import type { Session } from '../session.ts';
import { isOn, type Range } from './branches.ts';
import { feedbackOf } from './feedback.ts';
import { shownPath, shownVersions } from './thread.ts';
import { readMessages, readTurn, textOf } from './transcript.ts';

type PageDeps = Pick<ConversationDeps, 'sql' | 'session' | 'id' | 'members' | 'live' | 'queue' | 'log' | 'now'>;

const NOT_FOUND: Refusal = { ok: false, code: 'NOT_FOUND' };

export function readPage(deps: PageDeps, call: PageCall): ConversationReply<MessagePage> {
  const { access } = call;
  const activeRunId = deps.queue.running();
  const standing = statusOf(deps);
  const session = getVisible(deps, access);
  if (!session) {
    if (!getUnstarted(deps, access)) return NOT_FOUND;
    return { ok: true, messages: [], cursor: null, activeRunId: null, standing, waiting: null };
  }
  const path = shownPath(deps.sql, session);
  const page = readMessages(deps.sql, { ...call, path });
  const earlier = earlierOn(deps.sql, session, path);
  const versions = shownVersions(deps.sql, page);
  const feedback = feedbackOf(deps.sql, access.userId);
  const current = page.messages.map((message) => withTextSoFar(deps, message));
  const messages = toShown(deps, current).map((message) => ({
    ...message,
    versions: versions.get(message.id) ?? null,
    earlier: message.id === earlier?.before ? earlier.shown : null,
    feedback: feedback.get(message.id) ?? null,
  }));
  // Only the approvals that this reader can decide; other users' approvals are part of the messages.
  const pending = pendingOf(deps, access);
  const newest = pending.findLast(({ place }) => isOn(path, place.ordinal));
  const waiting = newest ? toWaiting(newest, pending) : null;
  return { ok: true, messages, cursor: page.cursor, activeRunId, standing, waiting };
}

/** Where the model's history begins on this path, and what it reads instead of the messages before. Null at the start. */
function earlierOn(
  sql: SqlStorage,
  { historyFrom }: Pick<Session, 'historyFrom'>,
  path: readonly Range[],
): { readonly before: string; readonly shown: Earlier } | null {
  const last = path[0]?.last ?? 0;
  const summary = summaryOn(sql, () => path, last);
  const from = Math.max(historyFrom, (summary?.through ?? 0) + 1);
  const starts = path.flatMap((range) => (range.last < from ? [] : [Math.max(range.first, from)]));
  const start = starts.at(-1);
  if (start === undefined || start === path.at(-1)?.first) return null;
  const [first] = readTurn(sql, start);
  if (!first) return null;
  const hasGap = turnBefore(path, start) > (summary?.through ?? 0);
  return { before: first.id, shown: toEarlier(sql, summary, hasGap) };
}

/** The turn before one on its path; 0 if there is none. */
function turnBefore(path: readonly Range[], ordinal: number): number {
  const at = path.findIndex(({ first, last }) => first <= ordinal && ordinal <= last);
  return path[at]?.first === ordinal ? (path[at + 1]?.last ?? 0) : ordinal - 1;
}

function withTextSoFar({ live, log }: Pick<PageDeps, 'live' | 'log'>, message: TranscriptMessage): TranscriptMessage {
  if (message.status !== 'streaming') return message;
  const step = live.get(message.runId)?.steps.current();
  const isStored = step?.messageId === message.id && log.storeNow(message.runId);
  return step && isStored ? { ...message, parts: step.writer.parts() } : message;
}

/** Puts replies and approvals next to the calls they belong to. */
function toShown(deps: Pick<PageDeps, 'sql' | 'now'>, stored: readonly TranscriptMessage[]): ShownMessage[] {
  return stored.flatMap((message, index): ShownMessage[] => {
    if (message.role === 'tool') return [];
    const { note: _note, context, ...words } = message;
    const shown = {
      ...words,
      draft: message.draft ? toShownDraft(message.draft) : null,
      context: context ? toShownContext(context) : null,
    };
    const calls = new Set(message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : [])));
    if (calls.size === 0) return [{ ...shown, replies: [], confirmations: [] }];
    // Some models number their calls from 1 in each answer, so only the replies directly after this message are its own.
    const next = stored.findIndex(({ role }, place) => place > index && role !== 'tool');
    const replies = stored.slice(index + 1, next < 0 ? undefined : next).flatMap(toReplies);
    return [
      {
        ...shown,
        replies: replies.filter(({ callId }) => calls.has(callId)),
        confirmations: confirmationsOfMessage(deps.sql, message.id, deps.now()),
      },
    ];
  });
}

const toReplies = ({ tool, parts }: TranscriptMessage): ShownMessage['replies'] =>
  tool ? [{ ...tool, content: textOf(parts) }] : [];

const pendingOf = (deps: Pick<PageDeps, 'sql' | 'now'>, { userId }: Access): StoredApproval[] =>
  pendingApprovals(deps.sql, deps.now()).filter(({ askedById }) => askedById === userId);

/** The approvals of one message, as clients restore them after a reload. */
function toWaiting(newest: StoredApproval, pending: readonly StoredApproval[]): MessagePage['waiting'] {
  const together = pending.filter(({ messageId }) => messageId === newest.messageId);
  const runId = together[0]?.runId ?? newest.runId;
  return { runId, interrupts: together.map((approval) => toInterrupt(approval, runId)) };
}
