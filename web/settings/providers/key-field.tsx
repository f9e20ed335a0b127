// The key of a provider. It can be written and never read: what is stored shows as a fact beside the field, not in it.
import { KeyRound, Trash2, Undo2 } from 'lucide-react';
import { useId } from 'react';
import { Button } from '../../design/button.tsx';
import { PasswordField } from '../../design/text-field.tsx';
import { momentWords } from '../../workspace/moment-words.ts';
import type { KeyDraft, StoredSlot } from './settings-draft.ts';

type KeyFieldProps = {
  stored: StoredSlot['key'];
  /** The stored one was entered for another provider or address. */
  isForAnother: boolean;
  isNeeded: boolean;
  draft: KeyDraft;
  error: string | undefined;
  onChange: (draft: KeyDraft) => void;
};

export function KeyField({ stored, isForAnother, isNeeded, draft, error, onChange }: KeyFieldProps) {
  const labelId = useId();
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
            hint={hintOf(stored !== null, isForAnother)}
          />
        </div>
        {stored !== null && (
          <div className="flex flex-wrap gap-2">
            {draft.kind === 'enter' && !isForAnother && (
              <Button tone="quiet" size="small" onClick={() => onChange({ kind: 'keep' })}>
                Keep the stored key
              </Button>
            )}
            {isForAnother && (
              <Button tone="quiet" size="small" onClick={() => onChange({ kind: 'remove' })}>
                Go without a key
              </Button>
            )}
          </div>
        )}
      </div>
    );
  }
  const isGoing = draft.kind === 'remove';
  return (
    <section aria-labelledby={labelId} className="flex flex-col gap-1.5">
      <h4 id={labelId} className="font-medium">
        API key
      </h4>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-control border border-line-strong bg-sunken px-3 py-2">
        <p className="flex min-w-0 grow items-center gap-2">
          <KeyRound size={16} aria-hidden className="shrink-0 text-muted" />
          {isGoing ? 'Goes when you save' : <StoredWords stored={stored} />}
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
    </section>
  );
}

function StoredWords({ stored: { replacedAt, replacedBy } }: { stored: NonNullable<StoredSlot['key']> }) {
  const moment = momentWords(replacedAt, undefined)?.words ?? '';
  return (
    <span>
      Key stored · replaced {moment}
      {replacedBy !== null && ` by ${replacedBy}`}
    </span>
  );
}

function hintOf(isStored: boolean, isForAnother: boolean): string {
  if (isForAnother) return 'The stored key is for another provider or address, and is not sent to this one.';
  if (isStored) return 'The stored key stays until you save another one.';
  return 'Kept encrypted. It is never shown again.';
}
