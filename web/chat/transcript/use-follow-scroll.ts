// Keeps an element scrolled to its end while its content grows, until the reader scrolls up.
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { FOLLOWING, type FollowEvent, follow, offersJump, staysAtEnd } from './follow-scroll.ts';

const UP_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);
/** A scroll event within this time of a touch, wheel or key counts as the reader's. */
const READER_MS = 1_000;
/** What opens and closes a part of the content in place; a menu opens above it. */
const FOLD = 'summary, [aria-expanded]:not([aria-haspopup])';
/** A press ends anywhere on the page: by a release, by a touch that becomes a scroll, or when the window loses focus. */
const RELEASES = ['pointerup', 'pointercancel', 'blur'] as const;

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
    if (staysAtEnd(state.current)) toEnd(scroller.current);
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
      // Moving the finger down scrolls up.
      if ((event.touches[0]?.clientY ?? 0) > touchY + 4) dispatch({ type: 'moved-up' });
    };
    const onKey = (event: KeyboardEvent) => {
      byReader();
      if (UP_KEYS.has(event.key)) dispatch({ type: 'moved-up' });
    };
    const onPress = (event: PointerEvent) => {
      if (event.isPrimary && event.button === 0) dispatch({ type: 'pressed' });
    };
    const onRelease = () => {
      if (!state.current.pressed) return;
      // The click comes right after the release, and must find its button where it was.
      setTimeout(() => {
        dispatch({ type: 'released' });
        if (staysAtEnd(state.current)) toEnd(element);
      });
    };
    /** The fold that the reader just opened or closed, and its place in the view. It must stay there when the size changes. */
    let fold: { readonly at: Element; readonly top: number } | null = null;
    const onClick = ({ target }: MouseEvent) => {
      const at = target instanceof Element ? target.closest(FOLD) : null;
      if (at === null || !inner.contains(at)) return;
      dispatch({ type: 'folded' });
      fold = { at, top: at.getBoundingClientRect().top };
    };
    const keepFold = () => {
      if (fold?.at.isConnected) element.scrollTop += fold.at.getBoundingClientRect().top - fold.top;
      fold = null;
    };
    let previousTop = element.scrollTop;
    const onScroll = () => {
      const recent = performance.now() - readerAt < READER_MS;
      // Dragging the scroll bar fires no wheel, touch or key event, so compare positions.
      const draggedUp =
        element.scrollTop < previousTop - 1 && previousTop <= element.scrollHeight - element.clientHeight;
      previousTop = element.scrollTop;
      if (draggedUp && distanceOf(element) > 1) dispatch({ type: 'moved-up' });
      dispatch({ type: 'scrolled', distance: distanceOf(element), byReader: recent || draggedUp });
    };
    const observer = new ResizeObserver(() => {
      if (staysAtEnd(state.current)) toEnd(element);
      else {
        // A fold that closes can bring the end back into view; following then resumes.
        const byReader = fold !== null;
        keepFold();
        dispatch({ type: 'scrolled', distance: distanceOf(element), byReader });
      }
    });
    observer.observe(inner);
    observer.observe(element);
    element.addEventListener('wheel', onWheel, { passive: true });
    element.addEventListener('touchstart', onTouchStart, { passive: true });
    element.addEventListener('touchmove', onTouchMove, { passive: true });
    element.addEventListener('keydown', onKey);
    element.addEventListener('pointerdown', byReader);
    // Not on the scroller: a press on its scroll bar has no release.
    inner.addEventListener('pointerdown', onPress);
    for (const event of RELEASES) addEventListener(event, onRelease, { passive: true });
    // In the capture phase: the click's own handler may already change the content.
    inner.addEventListener('click', onClick, { capture: true });
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', onWheel);
      element.removeEventListener('touchstart', onTouchStart);
      element.removeEventListener('touchmove', onTouchMove);
      element.removeEventListener('keydown', onKey);
      element.removeEventListener('pointerdown', byReader);
      inner.removeEventListener('pointerdown', onPress);
      for (const event of RELEASES) removeEventListener(event, onRelease);
      inner.removeEventListener('click', onClick, { capture: true });
      element.removeEventListener('scroll', onScroll);
    };
  }, [dispatch]);

  return { scroller, content, showJump, pin };
}

const distanceOf = (element: HTMLElement): number => element.scrollHeight - element.clientHeight - element.scrollTop;

function toEnd(element: HTMLElement | null): void {
  if (element) element.scrollTop = element.scrollHeight;
}
