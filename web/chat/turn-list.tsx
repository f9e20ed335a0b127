// The turns of a conversation as a feed. However many there are, only those near the view are in the page, with the last
// one and the one that has the focus.
import { type FocusEvent, type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Virtualizer } from 'virtua';
import { Answer, NO_STEPS } from './answer.tsx';
import type { AnswerFacts } from './answer-facts.ts';
import { ForkMark, useForkedFrom } from './fork-mark.tsx';
import { UserMessage } from './message.tsx';
import type { Turn } from './turns.ts';

/** How far beyond the view turns are kept, in pixels: a flick of a finger shows no gap. */
const BUFFER_PX = 800;
/** Nearer to the beginning than this, earlier messages are fetched. */
const NEAR_START_PX = 600;

type Item =
  | Turn
  /** The answer has a place already, while there is nothing of it. */
  | { readonly kind: 'pending'; readonly key: string }
  /** A run ended that had nothing to say. */
  | { readonly kind: 'unanswered'; readonly key: string; readonly facts: AnswerFacts };

type TurnListProps = {
  turns: readonly Turn[];
  pending: boolean;
  unanswered: AnswerFacts | null;
  live: boolean;
  hasOlder: boolean;
  scroller: RefObject<HTMLDivElement | null>;
  onNearStart: () => void;
};

export function TurnList({ turns, pending, unanswered, live, hasOlder, scroller, onNearStart }: TurnListProps) {
  const feed = useRef<HTMLDivElement>(null);
  const startMargin = useDistanceToStart(feed, scroller, hasOlder);
  const [focused, setFocused] = useState<number | null>(null);
  const isPrepended = useIsPrepended(turns);
  const items = useMemo<readonly Item[]>(
    () => [
      ...turns,
      ...(pending ? [{ kind: 'pending', key: 'pending' } as const] : []),
      ...(unanswered ? [{ kind: 'unanswered', key: 'unanswered', facts: unanswered } as const] : []),
    ],
    [turns, pending, unanswered],
  );
  const last = items.length - 1;
  const forkedAt = useForkedFrom()?.copyId;
  // Of a conversation whose beginning is not loaded nobody knows how many there are.
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
            <TurnItem item={item} before={items} position={index + 1} total={total} last={index === last} />
            {holds(item, forkedAt) && <ForkMark />}
          </div>
        )}
      </Virtualizer>
    </div>
  );
}

type ItemProps = { item: Item; before: readonly Item[]; position: number; total: number; last: boolean };

function TurnItem({ item, before, position, total, last }: ItemProps) {
  switch (item.kind) {
    case 'question':
      return <UserMessage message={item.message} position={position} total={total} />;
    case 'answer': {
      const asked = before.slice(0, position - 1).findLast((one) => one.kind === 'question');
      const isFirst = before[position - 2] === asked;
      const question = asked?.message ?? null;
      return <Answer {...{ steps: item.steps, question, isFirst, position, total, last }} />;
    }
    case 'pending':
      return <Answer steps={NO_STEPS} position={position} total={total} last />;
    case 'unanswered':
      return <Answer steps={NO_STEPS} facts={item.facts} position={position} total={total} last />;
  }
}

const holds = (item: Item, messageId: string | undefined): boolean =>
  messageId !== undefined &&
  ((item.kind === 'question' && item.message.id === messageId) ||
    (item.kind === 'answer' && item.steps.some(({ id }) => id === messageId)));

/** True in the one rendering in which turns have come in before the first: what is read then stays in its place. */
function useIsPrepended(turns: readonly Turn[]): boolean {
  const first = turns[0]?.key;
  const before = useRef(first);
  const known = before.current;
  useLayoutEffect(() => {
    before.current = first;
  }, [first]);
  return known !== undefined && known !== first && turns.some((turn) => turn.key === known);
}

/** What stands above the feed and scrolls with it changes only with the button for earlier messages. */
function useDistanceToStart(
  feed: RefObject<HTMLElement | null>,
  scroller: RefObject<HTMLElement | null>,
  hasOlder: boolean,
): number {
  const [distance, setDistance] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the button comes and goes with it
  useLayoutEffect(() => {
    const [list, view] = [feed.current, scroller.current];
    if (!list || !view) return;
    const top = list.getBoundingClientRect().top - view.getBoundingClientRect().top + view.scrollTop;
    setDistance(Math.max(0, Math.round(top)));
  }, [feed, scroller, hasOlder]);
  return distance;
}
