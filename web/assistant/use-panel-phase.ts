// The panel's open and close animation. It slides by transform only; the page reflows once, at the end.
import { type RefObject, useLayoutEffect, useState } from 'react';

export type PanelPhase = 'closed' | 'opening' | 'open' | 'closing';

/** A panel that is open on mount doesn't slide in. */
export function usePanelPhase(isOpen: boolean, panel: RefObject<HTMLElement | null>): PanelPhase {
  const [phase, setPhase] = useState<PanelPhase>(isOpen ? 'open' : 'closed');
  if (isOpen && (phase === 'closed' || phase === 'closing')) setPhase('opening');
  if (!isOpen && (phase === 'open' || phase === 'opening')) setPhase('closing');

  useLayoutEffect(() => {
    if (phase !== 'opening' && phase !== 'closing') return;
    let isCurrent = true;
    // With reduced motion there are no animations to wait for.
    const slides = panel.current?.getAnimations() ?? [];
    void Promise.allSettled(slides.map((slide) => slide.finished)).then(() => {
      if (isCurrent) setPhase(phase === 'opening' ? 'open' : 'closed');
    });
    return () => {
      isCurrent = false;
    };
  }, [phase, panel]);
  return phase;
}
