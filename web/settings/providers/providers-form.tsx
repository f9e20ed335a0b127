// The settings of one scope while somebody edits them. What is edited is measured against the copy that it began with, and
// saved on its version: whoever saved meanwhile is never overwritten unseen.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { AiSettingsView } from '../../../worker/settings-contract.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/button.tsx';
import { Switch } from '../../design/switch.tsx';
import { showToast } from '../../design/toasts.ts';
import { Problem } from '../../problem.ts';
import { KEYS } from '../../queries.ts';
import { ConflictBanner } from '../conflict-banner.tsx';
import { EFFECTIVE, LastSaved } from '../last-saved.tsx';
import { ProblemBanner } from '../problem-banner.tsx';
import { createAiSettings, updateAiSettings } from '../settings-api.ts';
import { conflictOf, issuesOf } from '../settings-conflict.ts';
import { UnsavedGuard } from '../unsaved-guard.tsx';
import { ALL_AI_SETTINGS, aiSettingsKey } from './ai-settings-key.ts';
import { ProviderFields } from './provider-fields.tsx';
import { RemoveSettings } from './remove-settings.tsx';
import { draftOf, inputOf, isChanged } from './settings-draft.ts';
import { conflictRow } from './settings-words.ts';

type ProvidersFormProps = {
  view: AiSettingsView;
  program: string | null;
  /** Gives up setting up; null where there is something set up. */
  onLeave: (() => void) | null;
};

export function ProvidersForm({ view, program, onLeave }: ProvidersFormProps) {
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [base, setBase] = useState(view);
  const [draft, setDraft] = useState(() => draftOf(view));
  const isDirty = isChanged(base, draft);
  // Nothing is being edited: what somebody else saved shows.
  if (!isDirty && base !== view) {
    setBase(view);
    setDraft(draftOf(view));
  }
  const save = useMutation({
    mutationFn: (version: number | null) => {
      const input = inputOf(base, draft);
      // A row of its own has the switch, and is on where it says nothing.
      return version === null
        ? createAiSettings(program, { ...input, enabled: draft.enabled })
        : updateAiSettings(program, { ...input, version });
    },
    onSuccess: (saved) => {
      setBase(saved);
      setDraft(draftOf(saved));
      queries.setQueryData(aiSettingsKey(program), saved);
      showToast({ words: 'Saved. Effective for everybody within 30 seconds.' });
      // Programs go by what the organisation says, and whoever chats by both.
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
            {isProgram ? `What ${program} has of its own` : 'What the organisation has set'}
          </h2>
          <Switch
            label="Answers"
            description={
              isProgram
                ? 'Off: nobody is answered in conversations about this program.'
                : 'Off: nobody is answered, except where a program’s own settings say otherwise.'
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
            none={isProgram ? 'As the organisation has it' : 'As the environment has it'}
            onChange={setDraft}
          />
        </fieldset>
        <fieldset className="m-0 flex min-w-0 flex-col gap-4 border-x-0 p-4 desk:p-5">
          <legend className="contents">
            <h3 className="font-semibold">Fallback provider</h3>
          </legend>
          <p className="text-muted">Answers while the provider above is down or turns requests away.</p>
          <ProviderFields
            {...{ view: base, program, draft, issues }}
            slot="fallback"
            none={isProgram ? 'As the organisation has it' : 'None'}
            onChange={setDraft}
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
          What to mend stands at each field above.
        </Banner>
      )}
      {save.error && !conflict && issues.size === 0 && (
        <ProblemBanner
          error={isTaken ? SET_UP_MEANWHILE : save.error}
          actions={isTaken && <Button onClick={takeStored}>Show what is stored</Button>}
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

const SET_UP_MEANWHILE = new Problem({
  status: 409,
  code: 'SETTINGS_EXIST',
  title: 'Set up meanwhile',
  detail: 'Somebody else gave this scope settings of its own while you did. Nothing of yours was saved.',
});
