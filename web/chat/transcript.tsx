// The messages of the open conversation: a feed that follows new text until the reader moves up, and says by one status
// line how an answer goes. Earlier messages come in above without moving what is read.
import type { UIMessage } from '@tanstack/ai-client';
import { ArrowDown } from 'lucide-react';
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { Button } from '../design/button.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Answer } from './answer.tsx';
import { factsOf } from './answer-facts.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { textOf, UserMessage } from './message.tsx';
import { useFollowScroll } from './use-follow-scroll.ts';

export function Transcript({ empty }: { empty: ReactNode }) {
  const { loadOlder } = useConversation();
  const messages = useConversationState((state) => state.messages);
  const phase = useConversationState((state) => state.phase);
  const live = useConversationState((state) => state.live);
  const hasOlder = useConversationState((state) => state.hasOlder);
  const { scroller, content, showJump, pin } = useFollowScroll();

  const lastOwn = messages.findLast((message) => message.role === 'user')?.id;
  const pinnedTo = useRef(lastOwn);
  useLayoutEffect(() => {
    // A message of one's own is always worth seeing; one that was already there on arrival pins nothing new.
    if (lastOwn !== pinnedTo.current) pin();
    pinnedTo.current = lastOwn;
  }, [lastOwn, pin]);

  const older = useKeepPlace(scroller, messages[0]?.id);
  const showOlder = () => {
    older.remember();
    // A page that does not come leaves the button in place, which is the way to ask again.
    loadOlder().catch(() => undefined);
  };

  const shown = messages.filter(isShown);
  // While the server works on a message, its answer already has a place.
  const pending = live && shown.at(-1)?.role !== 'assistant';
  const total = shown.length + (pending ? 1 : 0);
  const isEmpty = phase === 'ready' && total === 0;

  return (
    <div className="relative flex min-h-0 grow flex-col">
      <div
        ref={scroller}
        className="min-h-0 grow overflow-y-auto overscroll-contain [overflow-anchor:none] [scrollbar-gutter:stable_both-edges]"
      >
        <div ref={content} className="mx-auto flex min-h-full w-full max-w-3xl flex-col px-4 py-6">
          {phase === 'loading' && messages.length === 0 && (
            <Skeleton lines={['w-2/5 self-end', 'w-4/5', 'w-3/5', 'w-2/3']} className="gap-4" />
          )}
          {isEmpty && empty}
          {hasOlder && (
            <Button tone="quiet" size="small" className="mb-4 self-center" onClick={showOlder}>
              Show earlier messages
            </Button>
          )}
          {total > 0 && (
            <div role="feed" aria-label="Conversation" aria-busy={live} className="flex flex-col gap-6">
              {shown.map((message, index) =>
                message.role === 'user' ? (
                  <UserMessage key={message.id} message={message} position={index + 1} total={total} />
                ) : (
                  <Answer
                    key={message.id}
                    message={message}
                    position={index + 1}
                    total={total}
                    last={index === shown.length - 1}
                  />
                ),
              )}
              {pending && <Answer key="pending" message={null} position={total} total={total} last />}
              {!live && <Unanswered position={total} total={total} hidden={shown.at(-1)?.role === 'assistant'} />}
            </div>
          )}
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

/** An answer without words that ended normally has nothing to show; system messages never do. */
function isShown(message: UIMessage): boolean {
  if (message.role === 'user') return true;
  return (
    message.role === 'assistant' &&
    (message.parts.some((part) => part.type === 'text' || part.type === 'thinking') || message.metadata !== undefined)
  );
}

/** A run that failed before it had anything to say still says why. */
function Unanswered({ position, total, hidden }: { position: number; total: number; hidden: boolean }) {
  const facts = useConversationState((state) => state.log.unanswered);
  if (facts === null || hidden) return null;
  return <Answer message={null} facts={facts} position={position} total={total} last />;
}

/** One line for screen readers: at most "Generating" and how it ended, whatever the number of words between. */
function Announcements() {
  const words = useConversationState((state) => {
    if (state.live) return state.link === 'reconnecting' ? 'Connection lost. Reconnecting…' : 'Generating';
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

/** Keeps what is read in its place while earlier messages come in above it. */
function useKeepPlace(scroller: { readonly current: HTMLElement | null }, firstId: string | undefined) {
  const place = useRef<{ firstId: string | undefined; fromEnd: number } | null>(null);
  const first = useRef(firstId);
  useEffect(() => {
    first.current = firstId;
  }, [firstId]);
  useLayoutEffect(() => {
    const element = scroller.current;
    const kept = place.current;
    if (!element || !kept || kept.firstId === firstId) return;
    element.scrollTop = element.scrollHeight - kept.fromEnd;
    place.current = null;
  }, [scroller, firstId]);
  return {
    remember: () => {
      const element = scroller.current;
      if (element) place.current = { firstId: first.current, fromEnd: element.scrollHeight - element.scrollTop };
    },
  };
}
