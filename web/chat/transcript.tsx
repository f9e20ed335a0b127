// The messages of the open conversation: a feed that follows new text until the reader moves up, and says by one status
// line how an answer goes. Earlier messages come in above without moving what is read.
import { ArrowDown } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useMemo, useRef } from 'react';
import type { Confirmation } from '../../worker/contract.ts';
import { Button } from '../design/button.tsx';
import { cx } from '../design/cx.ts';
import { Skeleton } from '../design/skeleton.tsx';
import { factsOf } from './answer-facts.ts';
import { isOpen } from './confirmation.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { textOf } from './message-text.ts';
import { otherAuthor } from './people.ts';
import { TurnList } from './turn-list.tsx';
import { keepTurns, type Turn, toTurns } from './turns.ts';
import { useFollowScroll } from './use-follow-scroll.ts';
import { WaitingQuestions } from './waiting-questions.tsx';

/** `isNarrow` where it stands in a column of its own rather than in the middle of a page. */
export function Transcript({ empty, isNarrow = false }: { empty: ReactNode; isNarrow?: boolean }) {
  const { id, loadOlder } = useConversation();
  const messages = useConversationState((state) => state.messages);
  const phase = useConversationState((state) => state.phase);
  const live = useConversationState((state) => state.live);
  const hasOlder = useConversationState((state) => state.hasOlder);
  const { scroller, content, showJump, pin } = useFollowScroll();

  const meId = useConversationState((state) => state.me?.id);
  const lastOwn = messages.findLast((message) => message.role === 'user' && otherAuthor(message, meId) === null)?.id;
  const pinnedTo = useRef(lastOwn);
  useLayoutEffect(() => {
    // A message of one's own is always worth seeing; one that was already there on arrival pins nothing new.
    if (lastOwn !== pinnedTo.current) pin();
    pinnedTo.current = lastOwn;
  }, [lastOwn, pin]);

  // What stands in the button's place once all is loaded is as high: its going would move what is read.
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
    // A page that does not come leaves the button in place, which is the way to ask again.
    loadOlder().then(settle, settle);
  };

  const turns = useTurns();
  const runId = useConversationState((state) => state.log.run?.id ?? state.runId);
  const lastTurn = turns.at(-1);
  // While the server works on a message or goes on after a decision, the answer already has a place.
  const pending = live && (lastTurn?.kind !== 'answer' || (runId !== null && lastTurn.runId !== runId));
  const failed = useConversationState((state) => state.log.unanswered);
  // A run that failed before it had anything to say still says why.
  const isTold = lastTurn?.kind === 'answer' && lastTurn.runId === failed?.runId;
  const unanswered = live || isTold ? null : failed;
  const total = turns.length + (pending ? 1 : 0) + (unanswered ? 1 : 0);
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
                'The conversation begins here'
              )}
            </div>
          )}
          {total > 0 && (
            <TurnList
              turns={turns}
              pending={pending}
              unanswered={unanswered}
              live={live}
              hasOlder={hasOlder}
              scroller={scroller}
              onNearStart={showOlder}
            />
          )}
          <WaitingQuestions />
        </div>
      </div>
      {showJump && (
        <Button
          className="absolute bottom-3 left-1/2 -translate-x-1/2 animate-enter rounded-full shadow-floating"
          onClick={pin}
        >
          <ArrowDown size={16} aria-hidden />
          {live ? 'New text below' : 'Jump to the end'}
        </Button>
      )}
      <Announcements />
    </div>
  );
}

/** The turns of the open conversation, each the same as long as nothing of it has changed. */
function useTurns(): readonly Turn[] {
  const messages = useConversationState((state) => state.messages);
  const log = useConversationState((state) => state.log);
  const before = useRef<readonly Turn[]>([]);
  return useMemo(() => {
    before.current = keepTurns(before.current, toTurns(messages, log));
    return before.current;
  }, [messages, log]);
}

/** One line for screen readers: at most "Generating" and how it ended, whatever the number of words between. */
function Announcements() {
  const words = useConversationState((state) => {
    if (state.live) return state.link === 'reconnecting' ? 'Connection lost. Reconnecting…' : 'Generating';
    const isMine = ({ askedBy }: Confirmation) => askedBy === null || askedBy.id === state.me?.id;
    const asked = Object.values(state.tools.confirmations).findLast((card) => isOpen(card) && isMine(card));
    if (asked !== undefined) return `Your decision is needed: ${asked.card.title}`;
    const last = state.messages.at(-1);
    if (last?.role !== 'assistant' || state.log.answers[last.id] === undefined) return '';
    const status = factsOf(last, state.log)?.status;
    if (status === 'stopped') return 'Answer stopped';
    if (status === 'interrupted') return 'Answer interrupted';
    return status === 'complete' && textOf(last) !== '' ? 'Response complete' : '';
  });
  return (
    <div role="status" className="sr-only">
      {words}
    </div>
  );
}
