// The list of shortcuts. The product's own can be rebound or turned off on this device.

import type { KeyboardEvent } from 'react';
import { useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Kbd } from '../design/kbd.tsx';
import { keysOf } from '../design/keys.ts';
import { Dialog } from '../design/overlays/dialog.tsx';
import { ACTIONS, type Action, bindingError, PLACES, shortcutsIn } from './shortcuts.ts';
import { bindKeys, getBindings, resetBindings, subscribeToBindings } from './stored-bindings.ts';

type KeysFieldProps = {
  action: Action;
  /** Null turns the shortcut off; undefined keeps it. */
  onDone: (keys: string | null | undefined) => void;
};

const FIXED_PLACES = ['composer', 'chatPage', 'panel', 'splitter'] as const;

export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const bindings = useSyncExternalStore(subscribeToBindings, getBindings);
  const [changing, setChanging] = useState<Action | null>(null);
  const close = () => {
    setChanging(null);
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Keyboard shortcuts"
      actions={
        <Button tone="quiet" onClick={resetBindings}>
          Reset to defaults
        </Button>
      }
    >
      <div className="flex flex-col gap-5">
        <List title={PLACES.anywhere.title}>
          {(Object.keys(ACTIONS) as Action[]).map((action) => (
            <Line key={action} label={ACTIONS[action].label}>
              {changing === action ? (
                <KeysField
                  action={action}
                  onDone={(keys) => {
                    if (keys !== undefined) bindKeys(action, keys);
                    setChanging(null);
                  }}
                />
              ) : (
                <span className="flex items-center gap-2">
                  {bindings[action] === null ? (
                    <span className="text-muted">Off</span>
                  ) : (
                    <Kbd keys={bindings[action]} />
                  )}
                  <Button
                    size="small"
                    tone="quiet"
                    aria-label={`Change shortcut: ${ACTIONS[action].label}`}
                    onClick={() => setChanging(action)}
                  >
                    Change
                  </Button>
                </span>
              )}
            </Line>
          ))}
          <FixedLines place="anywhere" />
        </List>
        {FIXED_PLACES.map((place) => (
          <List key={place} title={PLACES[place].title}>
            <FixedLines place={place} />
          </List>
        ))}
      </div>
    </Dialog>
  );
}

function FixedLines({ place }: { place: keyof typeof PLACES }) {
  return shortcutsIn(place).map(([label, keys]) => (
    <Line key={label} label={label}>
      <Kbd keys={keys} />
    </Line>
  ));
}

function List({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 text-meta font-medium text-muted">{title}</h3>
      <ul className="divide-y divide-line">{children}</ul>
    </section>
  );
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <li className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-1 py-1">
      <span>{label}</span>
      {children}
    </li>
  );
}

/** Records the next key press as the action's new shortcut. */
function KeysField({ action, onDone }: KeysFieldProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    // Tab must still leave the field.
    if (event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') {
      onDone(undefined);
      return;
    }
    const keys = keysOf(event);
    if (keys === null) return;
    const reason = bindingError(getBindings(), action, keys);
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
        aria-label="New shortcut"
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
