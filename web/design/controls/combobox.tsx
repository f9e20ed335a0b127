// Searches for a record and chooses one, following the ARIA combobox pattern: arrow keys move through the results, Enter
// chooses, Esc closes. Focus stays in the field.
import { Check, LoaderCircle, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { cx } from '../cx.ts';
import { CONTROL, Field, type FieldText } from './field.tsx';
import { IconButton } from './icon-button.tsx';

export type ComboboxChoice = { readonly id: string; readonly title: string; readonly detail: string };

type ComboboxProps = FieldText & {
  /** The chosen record; its title may still be loading. */
  value: { readonly id: string; readonly title: string } | null;
  onChange: (choice: ComboboxChoice | null) => void;
  /** The search text. */
  words: string;
  onWords: (words: string) => void;
  /** Null while the search is running. */
  choices: readonly ComboboxChoice[] | null;
  empty: string;
  disabled?: boolean;
};

export function Combobox({ label, hint, error, optional = false, ...rest }: ComboboxProps) {
  const { value, onChange, words, onWords, choices, empty, disabled = false } = rest;
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const found = choices ?? [];
  const at = Math.min(active, found.length - 1);
  const optionId = (index: number): string => `${listId}-${index}`;

  useEffect(() => {
    if (open) list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [open, at]);

  const close = () => {
    setOpen(false);
    onWords('');
  };
  const choose = (choice: ComboboxChoice | undefined) => {
    if (!choice) return;
    onChange(choice);
    close();
  };
  const clear = () => {
    onChange(null);
    onWords('');
    input.current?.focus();
  };
  const type = (text: string) => {
    setOpen(true);
    setActive(0);
    onWords(text);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (!open) setOpen(true);
      else if (found.length > 0) setActive((at + step + found.length) % found.length);
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      choose(found[at]);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };

  return (
    <Field {...{ label, hint, error, optional }}>
      {(control) => (
        <div className="relative">
          <input
            {...control}
            ref={input}
            role="combobox"
            aria-expanded={open}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={open && found.length > 0 ? optionId(at) : undefined}
            dir="auto"
            autoComplete="off"
            spellCheck={false}
            disabled={disabled}
            placeholder={value ? undefined : 'Search'}
            value={open ? words : (value?.title ?? '')}
            onChange={(event) => type(event.target.value)}
            onClick={() => setOpen(true)}
            // Selects the chosen title, so typing replaces it.
            onFocus={(event) => event.currentTarget.select()}
            onBlur={close}
            onKeyDown={onKeyDown}
            className={cx(CONTROL, 'h-9 pe-11 touch:h-11')}
          />
          {value && !disabled && (
            <IconButton
              icon={X}
              size="small"
              label={`Clear ${label}`}
              onClick={clear}
              className="absolute end-1 top-1 touch:top-0"
            />
          )}
          <div
            hidden={!open}
            className="absolute inset-x-0 top-full z-20 mt-1 max-h-72 overflow-y-auto rounded-card border border-line-strong bg-raised p-1 shadow-floating"
          >
            {open && choices === null && (
              <p role="status" className="flex items-center gap-2 px-2 py-1.5 text-small text-muted">
                <LoaderCircle size={14} aria-hidden className="animate-spin" />
                Searching…
              </p>
            )}
            {open && choices !== null && found.length === 0 && (
              <p role="status" className="px-2 py-1.5 text-small text-muted">
                {empty}
              </p>
            )}
            <div
              ref={list}
              id={listId}
              role="listbox"
              aria-label={label}
              tabIndex={-1}
              // Keeps focus in the field; losing it would close the list.
              onMouseDown={(event) => event.preventDefault()}
            >
              {open &&
                found.map((choice, index) => (
                  // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which names the active option
                  // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's
                  <div
                    key={choice.id}
                    id={optionId(index)}
                    role="option"
                    aria-selected={choice.id === value?.id}
                    onClick={() => choose(choice)}
                    onPointerMove={() => setActive(index)}
                    className={cx(
                      'flex min-h-8 cursor-pointer items-center gap-2 rounded-control px-2 py-1.5 touch:min-h-11',
                      index === at && 'bg-hover',
                    )}
                  >
                    <span className="flex min-w-0 grow flex-col">
                      <span dir="auto" className="truncate">
                        {choice.title}
                      </span>
                      {choice.detail !== '' && (
                        <span dir="auto" className="truncate text-meta text-muted">
                          {choice.detail}
                        </span>
                      )}
                    </span>
                    {choice.id === value?.id && <Check size={16} aria-hidden className="shrink-0 text-accent" />}
                  </div>
                ))}
            </div>
          </div>
        </div>
      )}
    </Field>
  );
}
