// The switches and what is done with them. What one changed is kept beside what is stored, so that a fresh copy of the one
// never undoes the other.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Me } from '../../../worker/contract.ts';
import type { ExperimentalFeatureList } from '../../../worker/settings-contract.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/button.tsx';
import { Switch } from '../../design/switch.tsx';
import { showToast } from '../../design/toasts.ts';
import { KEYS } from '../../queries.ts';
import { ConflictBanner } from '../conflict-banner.tsx';
import { EFFECTIVE, LastSaved } from '../last-saved.tsx';
import { ProblemBanner } from '../problem-banner.tsx';
import { putFeatures } from '../settings-api.ts';
import { conflictOf } from '../settings-conflict.ts';
import { UnsavedGuard } from '../unsaved-guard.tsx';
import { ViewOnly } from '../view-only.tsx';
import { FEATURES_KEY } from './features-key.ts';

export function FeaturesForm({ me, list }: { me: Me; list: ExperimentalFeatureList }) {
  const queries = useQueryClient();
  const [changed, setChanged] = useState<Readonly<Record<string, boolean>>>({});
  const save = useMutation({
    mutationFn: (version: number) => putFeatures({ features: changed, version }),
    onSuccess: (saved) => {
      setChanged({});
      queries.setQueryData(FEATURES_KEY, saved);
      showToast({ words: 'Saved. Effective for everybody within 30 seconds.' });
      // The page that it was saved on follows at once.
      for (const queryKey of [KEYS.me, KEYS.models, KEYS.sessions, KEYS.quota]) {
        void queries.invalidateQueries({ queryKey });
      }
    },
    onError: (error) => {
      // Whoever saved meanwhile, and what: the copy of it here is out of date.
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

const onOrOff = (value: unknown): string => (value === true ? 'On' : 'Off');
