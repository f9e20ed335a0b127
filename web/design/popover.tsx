// A few facts behind a button. The browser's own popover: one click elsewhere or Esc closes it, and it stands above
// everything.
import { type ReactNode, type ToggleEvent, useId, useRef, useState } from 'react';
import { placeTooltip } from './place-tooltip.ts';

type PopoverProps = {
  /** The accessible name of the button and of what it opens. */
  label: string;
  trigger: ReactNode;
  triggerClass: string;
  children: ReactNode;
};

export function Popover({ label, trigger, triggerClass, children }: PopoverProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const onToggle = (event: ToggleEvent<HTMLDivElement>) => {
    setOpen(event.newState === 'open');
    const card = event.currentTarget;
    if (event.newState !== 'open' || !button.current) return;
    const view = { width: document.documentElement.clientWidth, height: innerHeight };
    const { left, top } = placeTooltip(button.current.getBoundingClientRect(), card.getBoundingClientRect(), view);
    card.style.left = `${left}px`;
    card.style.top = `${top}px`;
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-label={label}
        aria-expanded={open}
        data-tip={open ? undefined : label}
        className={triggerClass}
      >
        {trigger}
      </button>
      {/* biome-ignore lint/a11y/useSemanticElements: it groups figures, not fields */}
      <div
        id={id}
        popover="auto"
        role="group"
        aria-label={label}
        onToggle={onToggle}
        className="popover fixed inset-auto m-0 w-72 max-w-[calc(100vw-1rem)] rounded-card border border-line-strong bg-raised p-3 text-text shadow-floating"
      >
        {open && children}
      </div>
    </>
  );
}
