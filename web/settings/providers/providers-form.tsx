// The form for a scope's provider settings. It compares edits with the version they started from and saves against that
// version, so a concurrent save is never overwritten silently.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { AiSettingsView } from '../../../worker/api/settings/settings-schema.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/controls/button.tsx';
import { SelectField } from '../../design/controls/select-field.tsx';
import { Switch } from '../../design/controls/switch.tsx';
import { Dialog } from '../../design/overlays/dialog.tsx';
import { showToast } from '../../design/overlays/toasts.ts';
import { EFFORT_LABELS } from '../../effort-labels.ts';
import { Problem } from '../../problem.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { KEYS } from '../../queries.ts';
import { ConflictBanner } from '../conflict-banner.tsx';
import { EFFECTIVE, LastSaved } from '../last-saved.tsx';
import {
  ALL_AI_SETTINGS,
  aiSettingsKey,
  createAiSettings,
  removeAiSettings,
  updateAiSettings,
} from '../settings-api.ts';
import { conflictOf, issuesOf } from '../settings-conflict.ts';
import { UnsavedGuard } from '../unsaved-guard.tsx';
import { ProviderFields } from './provider-fields.tsx';
import { draftOf, inputOf, isChanged } from './settings-draft.ts';
import { conflictRow } from './settings-labels.ts';

type ProvidersFormProps = {
  view: AiSettingsView;
  program: string | null;
  /** Cancels the setup; null if the scope already has settings. */
  onLeave: (() => void) | null;
};

export function ProvidersForm({ view, program, onLeave }: ProvidersFormProps) {
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [base, setBase] = useState(view);
  const [draft, setDraft] = useState(() => draftOf(view));
  const isDirty = isChanged(base, draft);
  // Without unsaved edits, follow what others save.
  if (!isDirty && base !== view) {
    setBase(view);
    setDraft(draftOf(view));
  }
  const save = useMutation({
    mutationFn: (version: number | null) => {
      const input = inputOf(base, draft);
      // A new row defaults to on, so always send the switch.
      return version === null
        ? createAiSettings(program, { ...input, enabled: draft.enabled })
        : updateAiSettings(program, { ...input, version });
    },
    onSuccess: (saved) => {
      setBase(saved);
      setDraft(draftOf(saved));
      queries.setQueryData(aiSettingsKey(program), saved);
      showToast({ words: 'Saved. Takes effect for everyone within 30 seconds.' });
      // Programs inherit the organization's settings, and conversations use both.
      for (const queryKey of [ALL_AI_SETTINGS, KEYS.models, KEYS.sessions])
        void queries.invalidateQueries({ queryKey });
    },
    onError: (error) => {
      if (error instanceof Problem && error.status === 409) {
        void queries.invalidateQueries({ queryKey: aiSettingsKey(program) });
      }
    },
  });
  const conflict = conflictOf(save.error);
  const issues = issuesOf(save.error);
  const isTaken = save.error instanceof Problem && save.error.code === 'SETTINGS_EXIST';
  useEffect(() => {
    if (save.error) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [save.error]);
  const takeStored = () => {
    setBase(view);
    setDraft(draftOf(view));
    save.reset();
  };
  const isProgram = program !== null;
  return (
    <form
      ref={form}
      noValidate
      className="flex flex-col gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(conflict?.version ?? base.version);
      }}
    >
      <section
        aria-labelledby="own-settings"
        className="flex flex-col divide-y divide-line-strong/60 rounded-card border border-line-strong bg-raised shadow-raised"
      >
        <header className="flex flex-col gap-4 p-4 desk:p-5">
          <h2 id="own-settings" className="text-title font-semibold">
            {isProgram ? `${program} settings` : 'Organization settings'}
          </h2>
          <Switch
            label="Answers"
            description={
              isProgram
                ? 'When off, the assistant doesn’t reply in conversations about this program.'
                : 'When off, the assistant doesn’t reply unless a program overrides this.'
            }
            checked={draft.enabled}
            onChange={(enabled) => setDraft({ ...draft, enabled })}
          />
        </header>
        <fieldset className="m-0 flex min-w-0 flex-col gap-4 border-x-0 p-4 desk:p-5">
          <legend className="contents">
            <h3 className="font-semibold">Provider</h3>
          </legend>
          <ProviderFields
            {...{ view: base, program, draft, issues }}
            slot="primary"
            none={isProgram ? 'Inherit from organization' : 'Inherit from environment'}
            onChange={setDraft}
          />
        </fieldset>
        <fieldset className="m-0 flex min-w-0 flex-col gap-4 border-x-0 p-4 desk:p-5">
          <legend className="contents">
            <h3 className="font-semibold">Fallback provider</h3>
          </legend>
          <p className="text-muted">Used when the main provider is unavailable.</p>
          <ProviderFields
            {...{ view: base, program, draft, issues }}
            slot="fallback"
            none={isProgram ? 'Inherit from organization' : 'None'}
            onChange={setDraft}
          />
        </fieldset>
        <fieldset className="m-0 flex min-w-0 flex-col gap-4 border-x-0 p-4 desk:p-5">
          <legend className="contents">
            <h3 className="font-semibold">Effort</h3>
          </legend>
          <p className="text-muted">
            How hard models think before they answer. More effort takes longer and costs more.
          </p>
          <SelectField
            label="Default effort"
            value={draft.effort}
            onChange={(effort) => setDraft({ ...draft, effort })}
            options={[
              { value: '', label: isProgram ? 'Inherit from organization' : 'Each model’s default' },
              ...Object.entries(EFFORT_LABELS).map(([value, label]) => ({ value, label })),
            ]}
          />
          <SelectField
            label="Highest effort"
            hint="The most that members can choose. Levels above high cost several times as much."
            value={draft.effortCeiling}
            onChange={(effortCeiling) => setDraft({ ...draft, effortCeiling })}
            options={[
              { value: '', label: isProgram ? 'Inherit from organization' : 'High' },
              ...CEILINGS.map((value) => ({ value, label: value })),
            ]}
          />
        </fieldset>
      </section>
      {conflict && (
        <ConflictBanner
          who={view.updatedBy}
          rows={conflict.values.map((value) => conflictRow(base.providers, value))}
          busy={save.isPending}
          onSaveMine={() => save.mutate(conflict.version)}
          onTakeTheirs={takeStored}
        />
      )}
      {issues.size > 0 && (
        <Banner tone="danger" icon={CircleAlert} title="Not saved yet">
          Fix the highlighted fields.
        </Banner>
      )}
      {save.error && !conflict && issues.size === 0 && (
        <ProblemBanner
          error={isTaken ? ALREADY_CREATED : save.error}
          actions={isTaken && <Button onClick={takeStored}>Show saved settings</Button>}
        />
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <div className="flex flex-wrap gap-2">
          <Button type="submit" tone="primary" size="large" busy={save.isPending} disabled={!isDirty}>
            Save
          </Button>
          {(isDirty || onLeave) && (
            <Button tone="quiet" size="large" onClick={() => (onLeave ? onLeave() : takeStored())}>
              {onLeave ? 'Cancel' : 'Discard'}
            </Button>
          )}
        </div>
        <p className="min-w-0 grow basis-60 text-small text-muted">
          <LastSaved at={base.updatedAt} by={base.updatedBy} /> {EFFECTIVE}
        </p>
      </div>
      {base.exists && <RemoveSettings program={program} />}
      <UnsavedGuard when={isDirty && !save.isPending} />
    </form>
  );
}

const CEILINGS = ['low', 'medium', 'high', 'xhigh', 'max'];

const ALREADY_CREATED = new Problem({
  status: 409,
  code: 'SETTINGS_EXIST',
  title: 'Created by someone else',
  detail: 'Someone else created settings here while you were editing. Your changes were not saved.',
});

/** Asks for confirmation and deletes a scope's settings, including its keys. */
function RemoveSettings({ program }: { program: string | null }) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => removeAiSettings(program),
    onSuccess: async () => {
      showToast({ words: 'Removed. Takes effect for everyone within 30 seconds.' });
      void queries.invalidateQueries({ queryKey: KEYS.models });
      await queries.invalidateQueries({ queryKey: ALL_AI_SETTINGS });
    },
  });
  const close = () => {
    setAsking(false);
    remove.reset();
  };
  return (
    <div className="border-t border-line-strong/60 pt-4">
      <Button tone="quiet" className="text-on-danger" onClick={() => setAsking(true)}>
        <Trash2 size={16} aria-hidden />
        Remove these settings
      </Button>
      <Dialog
        open={isAsking}
        onClose={close}
        title={program === null ? 'Remove the organization’s settings?' : `Remove the settings of ${program}?`}
        description={`${
          program === null ? 'The environment’s defaults apply.' : 'The organization’s settings apply.'
        } Saved keys are deleted permanently.`}
        actions={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button tone="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
              Remove
            </Button>
          </>
        }
      >
        {remove.error && <ProblemBanner error={remove.error} />}
      </Dialog>
    </div>
  );
}
