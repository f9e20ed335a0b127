// The panel's edge, moved by dragging or by keyboard (ARIA window splitter).
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { DEFAULT_WIDTH, MIN_WIDTH, widthAfterKey } from './panel-width.ts';
import { setPanelWidth } from './use-panel-width.ts';

type SplitterProps = { panelId: string; width: number; max: number; onCollapse: () => void };

export function Splitter({ panelId, width, max, onCollapse }: SplitterProps) {
  const drag = useRef<{ from: number; width: number; sign: 1 | -1 } | null>(null);

  const begin = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { from: event.clientX, width, sign: isRtl(event.currentTarget) ? 1 : -1 };
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (drag.current === null) return;
    const { from, width: before, sign } = drag.current;
    setPanelWidth(Math.min(before + sign * (event.clientX - from), max), { store: false });
  };
  const end = () => {
    if (drag.current === null) return;
    drag.current = null;
    setPanelWidth(width);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      onCollapse();
      return;
    }
    const next = widthAfterKey(width, event, { max, isRtl: isRtl(event.currentTarget) });
    if (next === null) return;
    event.preventDefault();
    setPanelWidth(next);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved
    <div
      role="separator"
      tabIndex={0}
      aria-label="Assistant width"
      aria-controls={panelId}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={MIN_WIDTH}
      aria-valuemax={max}
      aria-valuetext={`${width} pixels`}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onLostPointerCapture={end}
      onDoubleClick={() => setPanelWidth(DEFAULT_WIDTH)}
      onKeyDown={onKeyDown}
      className="splitter"
    />
  );
}

const isRtl = (element: Element): boolean => getComputedStyle(element).direction === 'rtl';
