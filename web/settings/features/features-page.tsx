// The experimental features of the organization: one switch each, saved together.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Me } from '../../../worker/api/identity/identity-schema.ts';
import type { ExperimentalFeatureList } from '../../../worker/api/settings/settings-schema.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/controls/button.tsx';
import { Switch } from '../../design/controls/switch.tsx';
import { showToast } from '../../design/overlays/toasts.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { KEYS } from '../../queries.ts';
import { ConflictBanner } from '../conflict-banner.tsx';
import { EFFECTIVE, LastSaved } from '../last-saved.tsx';
import { LoadingOrError } from '../loading-or-error.tsx';
import type { SettingsTabProps } from '../settings-access.ts';
import { FEATURES_KEY, getFeatures, putFeatures } from '../settings-api.ts';
import { conflictOf } from '../settings-conflict.ts';
import { UnsavedGuard } from '../unsaved-guard.tsx';
import { ViewOnly } from '../view-only.tsx';

const onOrOff = (value: unknown): string => (value === true ? 'On' : 'Off');

export function FeaturesPage({ me }: SettingsTabProps) {
  const { data, error, refetch } = useQuery({ queryKey: FEATURES_KEY, queryFn: getFeatures, staleTime: 0 });
  if (data === undefined) return <LoadingOrError error={error} onRetry={() => void refetch()} />;
  return <FeaturesForm me={me} list={data} />;
}

/** Keeps unsaved changes separate from the stored values, so a refetch doesn't undo them. */
function FeaturesForm({ me, list }: { me: Me; list: ExperimentalFeatureList }) {
  const queries = useQueryClient();
  const [changed, setChanged] = useState<Readonly<Record<string, boolean>>>({});
  const save = useMutation({
    mutationFn: (version: number) => putFeatures({ features: changed, version }),
    onSuccess: (saved) => {
      setChanged({});
      queries.setQueryData(FEATURES_KEY, saved);
      showToast({ words: 'Saved. Takes effect for everyone within 30 seconds.' });
      // Apply the change on this page right away.
      for (const queryKey of [KEYS.me, KEYS.models, KEYS.sessions, KEYS.quota]) {
        void queries.invalidateQueries({ queryKey });
      }
    },
    onError: (error) => {
      // Someone else saved first: refetch to show who and what.
      if (conflictOf(error)) void queries.invalidateQueries({ queryKey: FEATURES_KEY });
    },
  });
  const conflict = conflictOf(save.error);
  const isDirty = list.features.some(({ key, enabled }) => (changed[key] ?? enabled) !== enabled);
  const discard = () => {
    setChanged({});
    save.reset();
  };
  return (
    <form
      className="flex flex-col gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(conflict?.version ?? list.version);
      }}
    >
      <Banner tone="notice" icon={TriangleAlert} title={list.warning} />
      {!list.mayUpdate && <ViewOnly me={me} permission="settings:update" />}
      <fieldset className="m-0 min-w-0 border-0 p-0">
        <legend className="sr-only">Experimental features</legend>
        <ul className="divide-y divide-line-strong/60 rounded-card border border-line-strong bg-raised shadow-raised">
          {list.features.map(({ key, name, description, enabled }) => (
            <li key={key} className="px-4 py-4">
              <Switch
                label={name}
                description={description}
                checked={changed[key] ?? enabled}
                disabled={!list.mayUpdate}
                onChange={(checked) => setChanged({ ...changed, [key]: checked })}
              />
            </li>
          ))}
        </ul>
      </fieldset>
      {conflict && (
        <ConflictBanner
          who={list.updatedBy}
          rows={conflict.values.map(({ field, stored, sent }) => ({
            label: list.features.find(({ key }) => key === field)?.name ?? field,
            stored: onOrOff(stored),
            sent: onOrOff(sent),
          }))}
          busy={save.isPending}
          onSaveMine={() => save.mutate(conflict.version)}
          onTakeTheirs={discard}
        />
      )}
      {save.error && !conflict && <ProblemBanner error={save.error} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        {list.mayUpdate && (
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
          <LastSaved at={list.updatedAt} by={list.updatedBy} /> {list.mayUpdate && EFFECTIVE}
        </p>
      </div>
      <UnsavedGuard when={isDirty && !save.isPending} />
    </form>
  );
}
