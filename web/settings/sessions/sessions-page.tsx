// How long the organization keeps conversations. Warns before saving rules that delete some.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Me } from '../../../worker/api/identity/identity-schema.ts';
import type { SessionRulesView } from '../../../worker/api/settings/settings-schema.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/controls/button.tsx';
import { Switch } from '../../design/controls/switch.tsx';
import { TextField } from '../../design/controls/text-field.tsx';
import { showToast } from '../../design/overlays/toasts.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { KEYS } from '../../queries.ts';
import { ConflictBanner } from '../conflict-banner.tsx';
import { EFFECTIVE, LastSaved } from '../last-saved.tsx';
import { LoadingOrError } from '../loading-or-error.tsx';
import { getSessionRules, putSessionRules, SESSION_RULES_KEY } from '../records-api.ts';
import type { SettingsTabProps } from '../settings-access.ts';
import { conflictOf } from '../settings-conflict.ts';
import { UnsavedGuard } from '../unsaved-guard.tsx';
import { ViewOnly } from '../view-only.tsx';
import { draftOf, keepsLess, type RulesDraft, rulesErrors, rulesOf } from './rules-draft.ts';

const LABELS: Readonly<Record<string, string>> = {
  keepNewest: 'Conversations kept',
  retentionDays: 'Days until deleted',
};

const formatValue = (value: unknown): string => (value === null ? 'Never' : String(value));

export function SessionsPage({ me }: SettingsTabProps) {
  const { data, error, refetch } = useQuery({
    queryKey: SESSION_RULES_KEY,
    queryFn: getSessionRules,
    staleTime: 0,
  });
  if (data === undefined) return <LoadingOrError error={error} onRetry={() => void refetch()} />;
  return <SessionsForm me={me} rules={data} />;
}

function SessionsForm({ me, rules }: { me: Me; rules: SessionRulesView }) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<RulesDraft | null>(null);
  const shown = draft ?? draftOf(rules);
  const errors = rulesErrors(shown);
  const next = rulesOf(shown);
  const save = useMutation({
    mutationFn: (change: Parameters<typeof putSessionRules>[0]) => putSessionRules(change),
    onSuccess: (saved) => {
      setDraft(null);
      queries.setQueryData(SESSION_RULES_KEY, saved);
      showToast({ words: 'Saved. Deletion starts in about a minute.' });
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
            label="Conversations kept per person"
            hint="Newest first, from 1 to 500. Pinned ones don’t count."
            error={errors.keepNewest}
            inputMode="numeric"
            disabled={isLocked}
            value={shown.keepNewest}
            onChange={(keepNewest) => change({ keepNewest })}
          />
        </div>
        <div className="flex flex-col gap-4 px-4 py-4">
          <Switch
            label="Delete old conversations"
            description="Conversations inactive for this many days are permanently deleted."
            checked={shown.isLimited}
            disabled={isLocked}
            onChange={(isLimited) => change({ isLimited })}
          />
          {shown.isLimited && (
            <div className="max-w-sm">
              <TextField
                label="Days of inactivity"
                error={errors.days}
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
        Pinned conversations and conversations shared by a program’s members are always kept. Usage and the audit log
        are not affected.
      </p>
      {isDirty && next !== null && keepsLess(next, rules) && (
        <Banner tone="notice" icon={TriangleAlert} title="This will delete conversations">
          About a minute after you save, older conversations are deleted for everyone in {me.org.name}. This can’t be
          undone.
        </Banner>
      )}
      {conflict && (
        <ConflictBanner
          who={rules.updatedBy}
          rows={conflict.values.map(({ field, stored, sent }) => ({
            label: LABELS[field] ?? field,
            stored: formatValue(stored),
            sent: formatValue(sent),
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
