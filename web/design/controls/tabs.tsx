// Tabs, following the ARIA tabs pattern: one tab is in the tab order and arrow keys move between them. The content is an
// element with `panelProps`.
import { type KeyboardEvent, useRef } from 'react';
import { cx } from '../cx.ts';

export type TabChoice = { readonly id: string; readonly label: string; readonly count?: number | null };

type TabsProps = {
  label: string;
  tabs: readonly TabChoice[];
  active: string;
  /** The id of the panel. */
  panelId: string;
  onChoose: (id: string) => void;
};

const tabIdOf = (panelId: string, tab: string): string => `${panelId}-${tab}`;

/** Attributes of the panel element. */
export const panelProps = (panelId: string, tab: string) => ({
  id: panelId,
  role: 'tabpanel',
  'aria-labelledby': tabIdOf(panelId, tab),
});

export function Tabs({ label, tabs, active, panelId, onChoose }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    // With a modifier, arrows are the browser's: Alt+← goes back.
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = tabs.findIndex((tab) => tab.id === active);
    const forward = getComputedStyle(event.currentTarget).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const to = { [forward]: at + 1, Home: 0, End: tabs.length - 1 }[event.key] ?? (isArrow(event.key) ? at - 1 : null);
    if (to === null) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(tabIdOf(panelId, next.id))}`)?.focus();
  };
  return (
    <div
      ref={list}
      role="tablist"
      aria-label={label}
      onKeyDown={onKeyDown}
      className="flex gap-1 overflow-x-auto border-b border-line-strong [scrollbar-width:none]"
    >
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={tabIdOf(panelId, tab.id)}
          type="button"
          role="tab"
          aria-selected={tab.id === active}
          aria-controls={panelId}
          tabIndex={tab.id === active ? 0 : -1}
          onClick={() => onChoose(tab.id)}
          className={cx(
            '-mb-px inline-flex h-10 shrink-0 items-center gap-1.5 border-b-2 px-3 font-medium -outline-offset-2 transition-colors touch:h-11',
            tab.id === active ? 'border-accent text-text' : 'border-transparent text-muted hover:text-text',
          )}
        >
          {tab.label}
          {tab.count != null && (
            <span className="rounded-full bg-neutral px-1.5 text-meta font-medium text-on-neutral tabular-nums">
              {tab.count}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

const isArrow = (key: string): boolean => key === 'ArrowLeft' || key === 'ArrowRight';
