// Waits for the keys that an action is to have from now on.
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../design/button.tsx';
import { getBindings } from './kept-bindings.ts';
import { type Action, keysOf, refuseKeys } from './shortcuts.ts';

type KeysFieldProps = {
  action: Action;
  /** Null for no keys at all, undefined for no change. */
  onDone: (keys: string | null | undefined) => void;
};

export function KeysField({ action, onDone }: KeysFieldProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    // One must be able to leave by keyboard without giving a key.
    if (event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') {
      onDone(undefined);
      return;
    }
    const keys = keysOf(event);
    if (keys === null) return;
    const reason = refuseKeys(getBindings(), action, keys);
    if (reason === null) onDone(keys);
    else setRefusal(reason);
  };
  return (
    <span className="flex flex-wrap items-center justify-end gap-2">
      {refusal !== null && (
        <span id={id} role="alert" className="text-small text-on-danger">
          {refusal}
        </span>
      )}
      <input
        ref={field}
        readOnly
        aria-label="New keys"
        aria-describedby={refusal === null ? undefined : id}
        placeholder="Press keys…"
        onKeyDown={onKeyDown}
        className="h-7 w-32 rounded-control border border-accent bg-raised px-2 text-small outline-none placeholder:text-muted focus:outline-2 focus:outline-accent touch:h-11"
      />
      <Button size="small" tone="quiet" onClick={() => onDone(null)}>
        Turn off
      </Button>
      <Button size="small" tone="quiet" onClick={() => onDone(undefined)}>
        Cancel
      </Button>
    </span>
  );
}
