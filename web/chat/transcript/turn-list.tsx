// The turns of a conversation as a virtualized feed: only those near the viewport are in the DOM, plus the last one and the
// focused one.
import { Split } from 'lucide-react';
import { type FocusEvent, type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Virtualizer } from 'virtua';
import { Link, useLocation } from 'wouter';
import { useAssistant } from '../../assistant/assistant-provider.tsx';
import { ErrorBoundary, type Failure } from '../../boundary/error-boundary.tsx';
import { FailureBanner } from '../../boundary/part-failure.tsx';
import { Answer, NO_STEPS } from '../answer/answer.tsx';
import type { AnswerMetadata } from '../answer/answer-metadata.ts';
import { useConversationState } from '../conversation.tsx';
import { useForkedFrom } from '../use-open-session.ts';
import { type Earlier, earlierIn } from './earlier.ts';
import { EarlierMark } from './earlier-mark.tsx';
import { Article, TurnEnd, UserMessage } from './message.tsx';
import type { Turn } from './turns.ts';

/** Turns are rendered this far beyond the viewport, so that a fast scroll shows no gap. */
const BUFFER_PX = 800;
/** Earlier messages are loaded within this distance from the start. */
const NEAR_START_PX = 600;

type Item =
  | Turn
  /** A placeholder for an answer that has no message yet. */
  | { readonly kind: 'pending'; readonly key: string }
  /** A run that failed before its first message. */
  | { readonly kind: 'failedRun'; readonly key: string; readonly metadata: AnswerMetadata };

type TurnListProps = {
  turns: readonly Turn[];
  pending: boolean;
  failedRun: AnswerMetadata | null;
  live: boolean;
  hasOlder: boolean;
  scroller: RefObject<HTMLDivElement | null>;
  onNearStart: () => void;
};

export function TurnList({ turns, pending, failedRun, live, hasOlder, scroller, onNearStart }: TurnListProps) {
  const feed = useRef<HTMLDivElement>(null);
  const startMargin = useDistanceToStart(feed, scroller, hasOlder);
  const [focused, setFocused] = useState<number | null>(null);
  const isPrepended = useIsPrepended(turns);
  const items = useMemo<readonly Item[]>(
    () => [
      ...turns,
      ...(pending ? [{ kind: 'pending', key: 'pending' } as const] : []),
      ...(failedRun ? [{ kind: 'failedRun', key: 'failedRun', metadata: failedRun } as const] : []),
    ],
    [turns, pending, failedRun],
  );
  const last = items.length - 1;
  const earlier = useEarlier();
  const forkedAt = useForkedFrom()?.copyId;
  // -1 means unknown: earlier turns are not loaded.
  const total = hasOlder ? -1 : items.length;

  const onFocus = useCallback((event: FocusEvent) => {
    const article = event.target.closest('article');
    const position = Number(article?.getAttribute('aria-posinset') ?? Number.NaN);
    setFocused(Number.isNaN(position) ? null : position - 1);
  }, []);

  return (
    <div
      ref={feed}
      role="feed"
      aria-label="Conversation"
      aria-busy={live}
      onFocus={onFocus}
      onBlur={() => setFocused(null)}
    >
      <Virtualizer
        data={items}
        scrollRef={scroller}
        startMargin={startMargin}
        bufferSize={BUFFER_PX}
        shift={isPrepended}
        keepMounted={focused === null || focused > last ? [last] : [focused, last]}
        onScroll={(offset) => {
          if (hasOlder && offset < NEAR_START_PX) onNearStart();
        }}
      >
        {(item, index) => (
          <div key={item.key} className="pb-6">
            <TurnEnd
              value={
                <>
                  {contains(item, forkedAt) && FORK_MARK}
                  {earlier && contains(items[index + 1], earlier.messageId) && <EarlierMark {...earlier} />}
                </>
              }
            >
              <ErrorBoundary
                resetKey={item}
                fallback={(failure) => <BrokenTurn item={item} position={index + 1} total={total} failure={failure} />}
              >
                <TurnItem item={item} before={items} position={index + 1} total={total} last={index === last} />
              </ErrorBoundary>
            </TurnEnd>
          </div>
        )}
      </Virtualizer>
    </div>
  );
}

type BrokenProps = { item: Item; position: number; total: number; failure: Failure };

type ItemProps = { item: Item; before: readonly Item[]; position: number; total: number; last: boolean };

function TurnItem({ item, before, position, total, last }: ItemProps) {
  switch (item.kind) {
    case 'question':
      return <UserMessage message={item.message} position={position} total={total} />;
    case 'answer': {
      const asked = before.slice(0, position - 1).findLast((one) => one.kind === 'question');
      const isFirst = before[position - 2] === asked;
      const question = asked?.message ?? null;
      return (
        <Answer
          steps={item.steps}
          question={question}
          isFirst={isFirst}
          position={position}
          total={total}
          last={last}
        />
      );
    }
    case 'pending':
      return <Answer steps={NO_STEPS} position={position} total={total} last />;
    case 'failedRun':
      return <Answer steps={NO_STEPS} metadata={item.metadata} position={position} total={total} last />;
  }
}

/** A message that can't be displayed leaves the others alone. */
function BrokenTurn({ item, position, total, failure }: BrokenProps) {
  return (
    <Article position={position} total={total} label={item.kind === 'question' ? 'You' : 'Assistant'} status="broken">
      <FailureBanner title="Couldn’t show this message" {...failure} />
    </Article>
  );
}

function useEarlier(): Earlier | null {
  const live = useConversationState((state) => state.earlier);
  const messages = useConversationState((state) => state.messages);
  return useMemo(() => earlierIn(messages, live), [messages, live]);
}

const contains = (item: Item | undefined, messageId: string | undefined): boolean =>
  item !== undefined &&
  messageId !== undefined &&
  ((item.kind === 'question' && item.message.id === messageId) ||
    (item.kind === 'answer' && item.steps.some(({ id }) => id === messageId)));

/** True only in the render in which earlier turns were added; the virtualizer then keeps the view in place. */
function useIsPrepended(turns: readonly Turn[]): boolean {
  const first = turns[0]?.key;
  const before = useRef(first);
  const known = before.current;
  useLayoutEffect(() => {
    before.current = first;
  }, [first]);
  return known !== undefined && known !== first && turns.some((turn) => turn.key === known);
}

/** Height of what scrolls above the feed. It only changes with the button for earlier messages. */
function useDistanceToStart(
  feed: RefObject<HTMLElement | null>,
  scroller: RefObject<HTMLElement | null>,
  hasOlder: boolean,
): number {
  const [distance, setDistance] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the button is only there when hasOlder is true
  useLayoutEffect(() => {
    const [list, view] = [feed.current, scroller.current];
    if (!list || !view) return;
    const top = list.getBoundingClientRect().top - view.getBoundingClientRect().top + view.scrollTop;
    setDistance(Math.max(0, Math.round(top)));
  }, [feed, scroller, hasOlder]);
  return distance;
}

/** Marks where the fork left its original, after the last copied message. */
function ForkMark() {
  const from = useForkedFrom();
  const assistant = useAssistant();
  const [location] = useLocation();
  if (from === null) return null;
  const title = from.title ?? 'another conversation';
  const looks = 'min-w-0 truncate text-accent underline decoration-1 underline-offset-2 hover:decoration-2';
  return (
    <div className="mt-6 flex items-center gap-3 text-small text-muted before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
      <span className="flex max-w-[80%] min-w-0 items-center gap-1.5">
        <Split size={14} aria-hidden className="shrink-0" />
        <span className="shrink-0">Forked from</span>
        {location.startsWith('/chat') ? (
          <Link href={`/chat/${from.sessionId}`} dir="auto" className={looks}>
            {title}
          </Link>
        ) : (
          <button type="button" dir="auto" onClick={() => assistant.show(from.sessionId)} className={looks}>
            {title}
          </button>
        )}
      </span>
    </div>
  );
}

/** One element, so that it renders only when its own data changes. */
const FORK_MARK = <ForkMark />;
