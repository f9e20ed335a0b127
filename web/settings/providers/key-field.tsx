// A provider's API key. It is write-only, so the form shows that a key is stored but never its value.
import { KeyRound, Trash2, Undo2 } from 'lucide-react';
import { Button } from '../../design/controls/button.tsx';
import { PasswordField } from '../../design/controls/text-field.tsx';
import { formatMoment } from '../../workspace/format-moment.ts';
import type { KeyDraft, StoredSlot } from './settings-draft.ts';

type KeyFieldProps = {
  stored: StoredSlot['key'];
  /** The stored key was entered for another provider or base URL. */
  isForAnother: boolean;
  isNeeded: boolean;
  draft: KeyDraft;
  error: string | undefined;
  onChange: (draft: KeyDraft) => void;
};

export function KeyField({ stored, isForAnother, isNeeded, draft, error, onChange }: KeyFieldProps) {
  if (stored === null || draft.kind === 'enter' || (isForAnother && draft.kind === 'keep')) {
    return (
      <div className="flex flex-col items-start gap-2">
        <div className="w-full">
          <PasswordField
            label="API key"
            optional={!isNeeded}
            value={draft.kind === 'enter' ? draft.text : ''}
            onChange={(text) => onChange({ kind: 'enter', text })}
            error={error}
            hint={keyHint(stored !== null, isForAnother)}
          />
        </div>
        {stored !== null && (
          <div className="flex flex-wrap gap-2">
            {draft.kind === 'enter' && !isForAnother && (
              <Button tone="quiet" size="small" onClick={() => onChange({ kind: 'keep' })}>
                Keep the saved key
              </Button>
            )}
            {isForAnother && (
              <Button tone="quiet" size="small" onClick={() => onChange({ kind: 'remove' })}>
                Use no key
              </Button>
            )}
          </div>
        )}
      </div>
    );
  }
  const isGoing = draft.kind === 'remove';
  return (
    // No landmark: the provider and its fallback both have one.
    <div className="flex flex-col gap-1.5">
      <h4 className="font-medium">API key</h4>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-control border border-line-strong bg-sunken px-3 py-2">
        <p className="flex min-w-0 grow items-center gap-2">
          <KeyRound size={16} aria-hidden className="shrink-0 text-muted" />
          {isGoing ? 'Removed on save' : <StoredKey stored={stored} />}
        </p>
        {isGoing ? (
          <Button size="small" onClick={() => onChange({ kind: 'keep' })}>
            <Undo2 size={16} aria-hidden />
            Keep it
          </Button>
        ) : (
          <div className="flex gap-2">
            <Button size="small" onClick={() => onChange({ kind: 'enter', text: '' })}>
              Replace
            </Button>
            <Button size="small" onClick={() => onChange({ kind: 'remove' })}>
              <Trash2 size={16} aria-hidden />
              Remove
            </Button>
          </div>
        )}
      </div>
      {error && (
        <p role="alert" className="text-small text-on-danger">
          {error}
        </p>
      )}
    </div>
  );
}

function StoredKey({ stored: { replacedAt, replacedBy } }: { stored: NonNullable<StoredSlot['key']> }) {
  const moment = formatMoment(replacedAt, undefined)?.words ?? '';
  return (
    <span>
      Key stored · replaced {moment}
      {replacedBy !== null && ` by ${replacedBy}`}
    </span>
  );
}

function keyHint(isStored: boolean, isForAnother: boolean): string {
  if (isForAnother) return 'The saved key belongs to another provider or URL and won’t be sent to this one.';
  if (isStored) return 'The saved key stays until you save a new one.';
  return 'Stored encrypted and never shown again.';
}
