// The panel on its way in and out. It slides by transform alone; the page beside it makes room once, when it has arrived
// or gone.
import { type RefObject, useLayoutEffect, useState } from 'react';

export type PanelPhase = 'closed' | 'opening' | 'open' | 'closing';

/** Open from the start means that there is nothing to slide. */
export function usePanelPhase(isOpen: boolean, panel: RefObject<HTMLElement | null>): PanelPhase {
  const [phase, setPhase] = useState<PanelPhase>(isOpen ? 'open' : 'closed');
  if (isOpen && (phase === 'closed' || phase === 'closing')) setPhase('opening');
  if (!isOpen && (phase === 'open' || phase === 'opening')) setPhase('closing');

  useLayoutEffect(() => {
    if (phase !== 'opening' && phase !== 'closing') return;
    let isCurrent = true;
    // Where motion is reduced there is none to wait for.
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
