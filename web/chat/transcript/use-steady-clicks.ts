// The transcript moves while it grows. A browser sends a click to a button only if it is below the pointer at both the press
// and the release, so a button that moves in between would miss the click and the user would see nothing happen.
import { type RefObject, useEffect } from 'react';

/** How far the pointer itself may move. Beyond this, the user dragged it off the button and takes the press back. */
const PRESS_PX = 10;

/** Clicks the pressed button if the page moved it away from below a pointer that stayed in place. */
export function useSteadyClicks(content: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const inner = content.current;
    if (!inner) return;
    let press: { readonly button: HTMLButtonElement; readonly x: number; readonly y: number } | null = null;
    const onPress = ({ target, isPrimary, button, pointerType, clientX: x, clientY: y }: PointerEvent) => {
      const pressed = target instanceof Element ? target.closest('button') : null;
      // A touch stays with the element that it began on.
      press = pressed && isPrimary && button === 0 && pointerType !== 'touch' ? { button: pressed, x, y } : null;
    };
    const onRelease = ({ clientX, clientY }: PointerEvent) => {
      const from = press;
      press = null;
      if (!from?.button.isConnected || Math.hypot(clientX - from.x, clientY - from.y) > PRESS_PX) return;
      if (!from.button.contains(document.elementFromPoint(clientX, clientY))) from.button.click();
    };
    inner.addEventListener('pointerdown', onPress);
    addEventListener('pointerup', onRelease);
    return () => {
      inner.removeEventListener('pointerdown', onPress);
      removeEventListener('pointerup', onRelease);
    };
  }, [content]);
}
