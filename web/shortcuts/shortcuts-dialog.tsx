// All shortcuts in one list. Those of the product's own can be bound to other keys, or to none, on this device.
import { useState, useSyncExternalStore } from 'react';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Kbd } from '../design/kbd.tsx';
import { bindKeys, getBindings, resetBindings, subscribeToBindings } from './kept-bindings.ts';
import { KeysField } from './keys-field.tsx';
import { ACTIONS, type Action } from './shortcuts.ts';

/** Those of single places, which are the platform's or the documents' and stay as they are. */
const PLACES: readonly { readonly title: string; readonly rows: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Writing',
    rows: [
      ['Send', 'Enter'],
      ['Search', 'Mod+Enter'],
      ['New line', 'Shift+Enter'],
    ],
  },
  {
    title: 'The assistant’s panel',
    rows: [
      ['Close', 'Escape'],
      ['To the page, the panel, an open decision', 'F6'],
      ['Make the edge wider or narrower', 'ArrowLeft'],
      ['In larger steps', 'Shift+ArrowLeft'],
    ],
  },
];

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
      title="Shortcuts"
      actions={
        <Button tone="quiet" onClick={resetBindings}>
          Reset to defaults
        </Button>
      }
    >
      <div className="flex flex-col gap-5">
        <List title="Anywhere">
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
                    aria-label={`Change the keys of ${ACTIONS[action].label}`}
                    onClick={() => setChanging(action)}
                  >
                    Change
                  </Button>
                </span>
              )}
            </Line>
          ))}
        </List>
        {PLACES.map(({ title, rows }) => (
          <List key={title} title={title}>
            {rows.map(([label, keys]) => (
              <Line key={label} label={label}>
                <Kbd keys={keys} />
              </Line>
            ))}
          </List>
        ))}
      </div>
    </Dialog>
  );
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
