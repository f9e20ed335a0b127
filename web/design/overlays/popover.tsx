// A native popover behind a button. Esc or a click outside closes it.
import { type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';
import { placeTooltip } from './place-tooltip.ts';

type PopoverProps = {
  /** The accessible name of the button and of the popover. */
  label: string;
  trigger: ReactNode;
  triggerClass: string;
  children: ReactNode;
};

export function Popover({ label, trigger, triggerClass, children }: PopoverProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const card = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = card.current;
    if (!open || !element) return;
    const place = () => {
      if (!button.current) return;
      const view = { width: document.documentElement.clientWidth, height: innerHeight };
      const { left, top } = placeTooltip(button.current.getBoundingClientRect(), element.getBoundingClientRect(), view);
      element.style.left = `${left}px`;
      element.style.top = `${top}px`;
    };
    place();
    // Content can load late and make the popover taller.
    const sizes = new ResizeObserver(place);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [open]);
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
        ref={card}
        popover="auto"
        role="group"
        aria-label={label}
        onToggle={(event) => setOpen(event.newState === 'open')}
        className="popover fixed inset-auto m-0 w-72 max-w-[calc(100vw-1rem)] rounded-card border border-line-strong bg-raised p-3 text-text shadow-floating"
      >
        {open && children}
      </div>
    </>
  );
}
