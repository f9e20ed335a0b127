// Keeps a scrolling element at its end while text grows, until the reader moves up.
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { FOLLOWING, type FollowEvent, follow, offersJump } from './follow-scroll.ts';

const UP_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);
/** A scroll counts as the reader's for this long after their last touch, wheel or key. */
const READER_MS = 1_000;

type FollowScroll = {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly showJump: boolean;
  readonly pin: () => void;
};

export function useFollowScroll(): FollowScroll {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const state = useRef(FOLLOWING);
  const [showJump, setShowJump] = useState(false);

  const dispatch = useCallback((event: FollowEvent) => {
    state.current = follow(state.current, event);
    setShowJump(offersJump(state.current));
  }, []);

  const pin = useCallback(() => {
    dispatch({ type: 'pinned' });
    toEnd(scroller.current);
  }, [dispatch]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (!element || !inner) return;
    let readerAt = 0;
    let touchY = 0;
    const byReader = () => {
      readerAt = performance.now();
    };
    const onWheel = (event: WheelEvent) => {
      byReader();
      if (event.deltaY < 0) dispatch({ type: 'moved-up' });
    };
    const onTouchStart = (event: TouchEvent) => {
      touchY = event.touches[0]?.clientY ?? 0;
    };
    const onTouchMove = (event: TouchEvent) => {
      byReader();
      // A finger that moves down pulls earlier text into view.
      if ((event.touches[0]?.clientY ?? 0) > touchY + 4) dispatch({ type: 'moved-up' });
    };
    const onKey = (event: KeyboardEvent) => {
      byReader();
      if (UP_KEYS.has(event.key)) dispatch({ type: 'moved-up' });
    };
    let previousTop = element.scrollTop;
    const onScroll = () => {
      const recent = performance.now() - readerAt < READER_MS;
      // Dragging the scroll bar fires no wheel, touch or key: only the position tells that it went up.
      const draggedUp =
        element.scrollTop < previousTop - 1 && previousTop <= element.scrollHeight - element.clientHeight;
      previousTop = element.scrollTop;
      if (draggedUp && distanceOf(element) > 1) dispatch({ type: 'moved-up' });
      dispatch({ type: 'scrolled', distance: distanceOf(element), byReader: recent || draggedUp });
    };
    const observer = new ResizeObserver(() => {
      if (state.current.following) toEnd(element);
      else dispatch({ type: 'scrolled', distance: distanceOf(element), byReader: false });
    });
    observer.observe(inner);
    observer.observe(element);
    element.addEventListener('wheel', onWheel, { passive: true });
    element.addEventListener('touchstart', onTouchStart, { passive: true });
    element.addEventListener('touchmove', onTouchMove, { passive: true });
    element.addEventListener('keydown', onKey);
    element.addEventListener('pointerdown', byReader);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('touchstart', onTouchStart);
      element.removeEventListener('touchmove', onTouchMove);
      element.removeEventListener('keydown', onKey);
      element.removeEventListener('pointerdown', byReader);
      element.removeEventListener('scroll', onScroll);
    };
  }, [dispatch]);

  return { scroller, content, showJump, pin };
}

const distanceOf = (element: HTMLElement): number => element.scrollHeight - element.clientHeight - element.scrollTop;

function toEnd(element: HTMLElement | null): void {
  if (element) element.scrollTop = element.scrollHeight;
}
