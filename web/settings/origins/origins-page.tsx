// The sites whose pages may use the assistant, one origin per line. The server says what is wrong with one.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AllowedOriginsView } from '../../../worker/api/settings/settings-schema.ts';
import { Button } from '../../design/controls/button.tsx';
import { TextAreaField } from '../../design/controls/text-field.tsx';
import { showToast } from '../../design/overlays/toasts.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { ConflictBanner } from '../conflict-banner.tsx';
import { LastSaved } from '../last-saved.tsx';
import { LoadingOrError } from '../loading-or-error.tsx';
import type { SettingsTabProps } from '../settings-access.ts';
import { ALLOWED_ORIGINS_KEY, getAllowedOrigins, putAllowedOrigins } from '../settings-api.ts';
import { conflictOf, issuesOf } from '../settings-conflict.ts';
import { UnsavedGuard } from '../unsaved-guard.tsx';
import { ViewOnly } from '../view-only.tsx';
import { originFaults, originsOf } from './origin-lines.ts';

const formatValue = (value: unknown): string => (Array.isArray(value) && value.length > 0 ? value.join(', ') : 'None');

export function OriginsPage({ me }: SettingsTabProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ALLOWED_ORIGINS_KEY,
    queryFn: getAllowedOrigins,
    staleTime: 0,
  });
  if (data === undefined) return <LoadingOrError error={error} onRetry={() => void refetch()} />;
  return <OriginsForm me={me} stored={data} />;
}

function OriginsForm({ me, stored }: SettingsTabProps & { stored: AllowedOriginsView }) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<string | null>(null);
  const shown = draft ?? stored.origins.join('\n');
  const origins = originsOf(shown);
  const save = useMutation({
    mutationFn: (change: Parameters<typeof putAllowedOrigins>[0]) => putAllowedOrigins(change),
    onSuccess: (saved) => {
      setDraft(null);
      queries.setQueryData(ALLOWED_ORIGINS_KEY, saved);
      showToast({ words: 'Saved. Takes effect within a minute.' });
    },
    onError: (error) => {
      if (conflictOf(error)) void queries.invalidateQueries({ queryKey: ALLOWED_ORIGINS_KEY });
    },
  });
  const conflict = conflictOf(save.error);
  const faults = save.variables ? originFaults(save.variables.origins, issuesOf(save.error)) : [];
  const isDirty = draft !== null && origins.join('\n') !== stored.origins.join('\n');
  const submit = (version: number) => save.mutate({ origins, version });
  const discard = () => {
    setDraft(null);
    save.reset();
  };
  const isLocked = !stored.mayUpdate;
  return (
    <form
      noValidate
      className="flex flex-col gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        submit(conflict?.version ?? stored.version);
      }}
    >
      {isLocked && <ViewOnly me={me} permission="settings:update" />}
      <div className="rounded-card border border-line-strong bg-raised px-4 py-4 shadow-raised">
        <TextAreaField
          label="Allowed origins"
          hint={`One per line, such as https://app.example.com. At most ${stored.limit}.`}
          error={faults.length === 0 ? null : faults.join(' ')}
          disabled={isLocked}
          spellCheck={false}
          autoCapitalize="off"
          dir="ltr"
          value={shown}
          onChange={(text) => {
            setDraft(text);
            if (save.error && !conflict) save.reset();
          }}
        />
      </div>
      <p className="text-small text-muted">
        Pages of these sites can show the assistant and call the API as the person who is signed in there. Pages of all
        other sites can’t.
      </p>
      {conflict && (
        <ConflictBanner
          who={stored.updatedBy}
          rows={conflict.values.map(({ stored: theirs, sent }) => ({
            label: 'Allowed origins',
            stored: formatValue(theirs),
            sent: formatValue(sent),
          }))}
          busy={save.isPending}
          onSaveMine={() => submit(conflict.version)}
          onTakeTheirs={discard}
        />
      )}
      {save.error && !conflict && faults.length === 0 && <ProblemBanner error={save.error} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        {!isLocked && (
          <div className="flex gap-2">
            <Button type="submit" tone="primary" size="large" busy={save.isPending} disabled={!isDirty}>
              Save
            </Button>
            {isDirty && (
              <Button tone="quiet" size="large" onClick={discard}>
                Discard
              </Button>
            )}
          </div>
        )}
        <p className="min-w-0 grow basis-60 text-small text-muted">
          <LastSaved at={stored.updatedAt} by={stored.updatedBy} /> {!isLocked && 'Takes effect within a minute.'}
        </p>
      </div>
      <UnsavedGuard when={isDirty && !save.isPending} />
    </form>
  );
}
