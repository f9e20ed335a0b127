// The rules, with what they will delete said before they are saved.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Me } from '../../../worker/contract.ts';
import type { SessionRulesView } from '../../../worker/settings-contract.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/button.tsx';
import { Switch } from '../../design/switch.tsx';
import { TextField } from '../../design/text-field.tsx';
import { showToast } from '../../design/toasts.ts';
import { KEYS } from '../../queries.ts';
import { ConflictBanner } from '../conflict-banner.tsx';
import { EFFECTIVE, LastSaved } from '../last-saved.tsx';
import { ProblemBanner } from '../problem-banner.tsx';
import { putSessionRules } from '../records-api.ts';
import { conflictOf } from '../settings-conflict.ts';
import { UnsavedGuard } from '../unsaved-guard.tsx';
import { ViewOnly } from '../view-only.tsx';
import { draftOf, faultsOf, keepsLess, type RulesDraft, rulesOf } from './rules-draft.ts';
import { SESSION_RULES_KEY } from './sessions-key.ts';

const LABELS: Readonly<Record<string, string>> = {
  keepNewest: 'Conversations kept',
  retentionDays: 'Days until deleted',
};

export function SessionsForm({ me, rules }: { me: Me; rules: SessionRulesView }) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<RulesDraft | null>(null);
  const shown = draft ?? draftOf(rules);
  const faults = faultsOf(shown);
  const next = rulesOf(shown);
  const save = useMutation({
    mutationFn: (change: Parameters<typeof putSessionRules>[0]) => putSessionRules(change),
    onSuccess: (saved) => {
      setDraft(null);
      queries.setQueryData(SESSION_RULES_KEY, saved);
      showToast({ words: 'Saved. What is kept no longer is deleted from a minute on.' });
      void queries.invalidateQueries({ queryKey: KEYS.sessions });
    },
    onError: (error) => {
      if (conflictOf(error)) void queries.invalidateQueries({ queryKey: SESSION_RULES_KEY });
    },
  });
  const conflict = conflictOf(save.error);
  const isDirty =
    draft !== null &&
    (next === null || next.keepNewest !== rules.keepNewest || next.retentionDays !== rules.retentionDays);
  const change = (part: Partial<RulesDraft>) => setDraft({ ...shown, ...part });
  const submit = (version: number) => next !== null && save.mutate({ ...next, version });
  const discard = () => {
    setDraft(null);
    save.reset();
  };
  const isLocked = !rules.mayUpdate;
  return (
    <form
      noValidate
      className="flex flex-col gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        submit(conflict?.version ?? rules.version);
      }}
    >
      {isLocked && <ViewOnly me={me} permission="settings:update" />}
      <div className="divide-y divide-line-strong/60 rounded-card border border-line-strong bg-raised shadow-raised">
        <div className="px-4 py-4 [&>*]:max-w-sm">
          <TextField
            label="Conversations kept for each person"
            hint="The newest ones, from 1 to 500. Pinned ones are kept on top of these."
            error={faults.keepNewest}
            inputMode="numeric"
            disabled={isLocked}
            value={shown.keepNewest}
            onChange={(keepNewest) => change({ keepNewest })}
          />
        </div>
        <div className="flex flex-col gap-4 px-4 py-4">
          <Switch
            label="Delete old conversations"
            description="Conversations in which nothing happened for so many days go for good, with their messages and what search finds of them."
            checked={shown.isLimited}
            disabled={isLocked}
            onChange={(isLimited) => change({ isLimited })}
          />
          {shown.isLimited && (
            <div className="max-w-sm">
              <TextField
                label="Days without anything new"
                error={faults.days}
                inputMode="numeric"
                disabled={isLocked}
                value={shown.days}
                onChange={(days) => change({ days })}
              />
            </div>
          )}
        </div>
      </div>
      <p className="text-small text-muted">
        Pinned conversations, and those that the members of a program share, are always kept. Usage and the audit log
        keep their rows whatever is deleted here.
      </p>
      {isDirty && next !== null && keepsLess(next, rules) && (
        <Banner tone="notice" icon={TriangleAlert} title="These rules keep less than those of now">
          What is beyond them is deleted from a minute after saving, for everybody in {me.org.name}, and cannot be
          brought back.
        </Banner>
      )}
      {conflict && (
        <ConflictBanner
          who={rules.updatedBy}
          rows={conflict.values.map(({ field, stored, sent }) => ({
            label: LABELS[field] ?? field,
            stored: valueWords(stored),
            sent: valueWords(sent),
          }))}
          busy={save.isPending}
          onSaveMine={() => submit(conflict.version)}
          onTakeTheirs={discard}
        />
      )}
      {save.error && !conflict && <ProblemBanner error={save.error} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        {!isLocked && (
          <div className="flex gap-2">
            <Button
              type="submit"
              tone="primary"
              size="large"
              busy={save.isPending}
              disabled={!isDirty || next === null}
            >
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
          <LastSaved at={rules.updatedAt} by={rules.updatedBy} /> {!isLocked && EFFECTIVE}
        </p>
      </div>
      <UnsavedGuard when={isDirty && !save.isPending} />
    </form>
  );
}

const valueWords = (value: unknown): string => (value === null ? 'Never' : String(value));
