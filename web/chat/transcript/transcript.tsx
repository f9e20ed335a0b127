// The transcript of the open conversation. It follows new text until the reader scrolls up, loads earlier messages above
// without moving the view, and announces the progress of an answer to screen readers.
import { ArrowDown, Hourglass } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useMemo, useRef } from 'react';
import { Button } from '../../design/controls/button.tsx';
import { cx } from '../../design/cx.ts';
import { Skeleton } from '../../design/skeleton.tsx';
import { LINE_DIRECTION, MixedText } from '../../markdown/mixed-text.tsx';
import { metadataOf } from '../answer/answer-metadata.ts';
import type { Approval } from '../approvals/approval.ts';
import { isOpen } from '../approvals/approval.ts';
import { useConversation, useConversationState } from '../conversation.tsx';
import { toQueuedQuestions } from '../runtime/conversation-status.ts';
import { OtherMessage } from './message.tsx';
import { textOf } from './message-text.ts';
import { otherAuthor } from './people.ts';
import { TurnList } from './turn-list.tsx';
import { keepTurns, type Turn, toTurns } from './turns.ts';
import { useFollowScroll } from './use-follow-scroll.ts';
import { useSteadyClicks } from './use-steady-clicks.ts';

/** `isNarrow` in the panel and Quick Ask. */
export function Transcript({ empty, isNarrow = false }: { empty: ReactNode; isNarrow?: boolean }) {
  const { id, loadOlder } = useConversation();
  const messages = useConversationState((state) => state.messages);
  const phase = useConversationState((state) => state.phase);
  const live = useConversationState((state) => state.live);
  const hasOlder = useConversationState((state) => state.hasOlder);
  const { scroller, content, showJump, pin } = useFollowScroll();
  useSteadyClicks(content);

  const meId = useConversationState((state) => state.me?.id);
  const lastOwn = messages.findLast((message) => message.role === 'user' && otherAuthor(message, meId) === null)?.id;
  const pinnedTo = useRef(lastOwn);
  useLayoutEffect(() => {
    // Scroll to the user's own new message, but not to one that was already there.
    if (lastOwn !== pinnedTo.current) pin();
    pinnedTo.current = lastOwn;
  }, [lastOwn, pin]);

  // Once everything is loaded, keep a line of the same height in the button's place, or the view would move.
  const olderOf = useRef<string | null>(null);
  if (hasOlder) olderOf.current = id;
  const hadOlder = olderOf.current === id;

  const fetching = useRef(false);
  const showOlder = () => {
    if (fetching.current) return;
    fetching.current = true;
    const settle = () => {
      fetching.current = false;
    };
    // If loading fails the button stays, so the user can try again.
    loadOlder().then(settle, settle);
  };

  const turns = useTurns();
  const runId = useConversationState((state) => state.log.activeRun?.id ?? state.runId);
  const lastTurn = turns.at(-1);
  // While the server works on a message or continues after an approval, show a placeholder for the answer.
  const pending = live && (lastTurn?.kind !== 'answer' || (runId !== null && lastTurn.runId !== runId));
  // A run that failed without a message still shows why.
  const failed = useConversationState((state) => state.log.failedRun);
  const isShown = turns.some((turn) => turn.kind === 'answer' && turn.runId === failed?.runId);
  const failedRun = live || isShown ? null : failed;
  const total = turns.length + (pending ? 1 : 0) + (failedRun ? 1 : 0);
  const isEmpty = phase === 'ready' && total === 0;

  return (
    <div className="relative flex min-h-0 grow flex-col">
      <div
        ref={scroller}
        className={cx(
          'min-h-0 grow overflow-y-auto overscroll-contain [overflow-anchor:none]',
          !isNarrow && '[scrollbar-gutter:stable_both-edges]',
        )}
      >
        <div
          ref={content}
          className={cx('mx-auto flex min-h-full w-full max-w-3xl flex-col', isNarrow ? 'px-3 py-4' : 'px-4 py-6')}
        >
          {phase === 'loading' && messages.length === 0 && (
            <Skeleton lines={['w-2/5 self-end', 'w-4/5', 'w-3/5', 'w-2/3']} className="gap-4" />
          )}
          {isEmpty && empty}
          {hadOlder && total > 0 && (
            <div className="mb-4 flex h-7 shrink-0 items-center justify-center text-small text-muted touch:h-11">
              {hasOlder ? (
                <Button tone="quiet" size="small" onClick={showOlder}>
                  Show earlier messages
                </Button>
              ) : (
                'Start of conversation'
              )}
            </div>
          )}
          {total > 0 && (
            <TurnList
              turns={turns}
              pending={pending}
              failedRun={failedRun}
              live={live}
              hasOlder={hasOlder}
              scroller={scroller}
              onNearStart={showOlder}
            />
          )}
          <QueuedQuestions />
        </div>
      </div>
      {showJump && (
        <Button
          className="absolute bottom-3 left-1/2 -translate-x-1/2 animate-enter rounded-full shadow-floating"
          onClick={pin}
        >
          <ArrowDown size={16} aria-hidden />
          {live ? 'New text below' : 'Jump to latest'}
        </Button>
      )}
      <Announcements />
    </div>
  );
}

/** The turns of the open conversation. Unchanged turns keep their identity. */
function useTurns(): readonly Turn[] {
  const messages = useConversationState((state) => state.messages);
  const log = useConversationState((state) => state.log);
  const before = useRef<readonly Turn[]>([]);
  return useMemo(() => {
    before.current = keepTurns(before.current, toTurns(messages, log));
    return before.current;
  }, [messages, log]);
}

/** One status line for screen readers: "Generating" and how it ended, never the text in between. */
function Announcements() {
  const announcement = useConversationState((state) => {
    if (state.live) return state.connection === 'reconnecting' ? 'Connection lost. Reconnecting…' : 'Generating';
    const isMine = ({ askedBy }: Approval) => askedBy === null || askedBy.id === state.me?.id;
    const open = Object.values(state.tools.approvals).findLast((approval) => isOpen(approval) && isMine(approval));
    if (open !== undefined) return `Needs your approval: ${open.card.title}`;
    const last = state.messages.at(-1);
    if (last?.role !== 'assistant' || state.log.byMessage[last.id] === undefined) return '';
    const status = metadataOf(last, state.log)?.status;
    if (status === 'stopped') return 'Answer stopped';
    if (status === 'interrupted') return 'Answer interrupted';
    if (status === 'cut') return 'Answer cut off';
    if (status === 'refused') return 'The model declined to answer';
    if (status === 'limited') return 'Answer ended at a limit';
    return status === 'complete' && textOf(last) !== '' ? 'Response complete' : '';
  });
  return (
    <div role="status" className="sr-only">
      {announcement}
    </div>
  );
}

/** Questions the server has accepted that wait behind the current answer, and messages still being sent. */
function QueuedQuestions() {
  const me = useConversationState((state) => state.me);
  const status = useConversationState((state) => state.status);
  const texts = useConversationState((state) => state.queuedTexts);
  const outgoing = useConversationState((state) => state.outgoing);
  const ownRun = useConversationState((state) => (state.live ? state.runId : null));
  // The question this page is waiting on is already in the transcript.
  const queued = toQueuedQuestions(status?.queue ?? [], texts).filter(({ runId }) => runId !== ownRun);
  if (queued.length + outgoing.length === 0) return null;
  return (
    <ul aria-label="Queued questions" className="mt-6 flex flex-col gap-4">
      {queued.map(({ runId, author, text }) => (
        <li key={runId} data-waiting="taken" className="flex min-w-0 flex-col gap-1">
          {author.id === me?.id ? (
            <OwnQuestion>
              <MixedText text={text ?? ''} />
            </OwnQuestion>
          ) : (
            <OtherMessage author={author}>
              {text === null ? <span className="text-muted">A question</span> : <MixedText text={text} />}
            </OtherMessage>
          )}
          <Note isOwn={author.id === me?.id}>Queued</Note>
        </li>
      ))}
      {outgoing.map(({ runId, text }) => (
        <li key={runId} data-waiting="sending" className="flex min-w-0 flex-col gap-1">
          <OwnQuestion>
            <MixedText text={text} />
          </OwnQuestion>
          <Note isOwn>Sending…</Note>
        </li>
      ))}
    </ul>
  );
}

/** Outlined, since it isn't answered yet. */
const OwnQuestion = ({ children }: { children: ReactNode }) => (
  <div
    dir="auto"
    className={`max-w-[85%] self-end rounded-bubble rounded-ee-tail border border-accent bg-accent-soft px-4 py-2.5 text-answer break-words whitespace-pre-wrap desk:max-w-[75%] ${LINE_DIRECTION}`}
  >
    {children}
  </div>
);

const Note = ({ isOwn, children }: { isOwn: boolean; children: ReactNode }) => (
  <span className={`inline-flex items-center gap-1 text-meta text-muted ${isOwn ? 'self-end' : 'ms-9 self-start'}`}>
    <Hourglass size={12} aria-hidden />
    {children}
  </span>
);
