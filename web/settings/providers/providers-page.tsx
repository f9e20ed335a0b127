// AI providers for the organization and each program: the effective configuration and the scope's own settings.
import { useQuery } from '@tanstack/react-query';
import { PowerOff, SearchX } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { Me } from '../../../worker/api/identity/identity-schema.ts';
import type { AiSettingsView } from '../../../worker/api/settings/settings-schema.ts';
import { Banner } from '../../design/banner.tsx';
import { Button, buttonStyle } from '../../design/controls/button.tsx';
import { SelectField } from '../../design/controls/select-field.tsx';
import { canAsk } from '../../frame/product-nav.ts';
import { Problem } from '../../problem.ts';
import { LoadingOrError } from '../loading-or-error.tsx';
import type { SettingsTabProps } from '../settings-access.ts';
import { aiSettingsKey, getAiSettings } from '../settings-api.ts';
import { ViewOnly } from '../view-only.tsx';
import { ConnectionTest } from './connection-test.tsx';
import { CurrentConfiguration } from './current-configuration.tsx';
import { ProvidersForm } from './providers-form.tsx';

const EmptyScope = ({ isProgram, onSetUp }: { isProgram: boolean; onSetUp: () => void }) => (
  <section className="flex flex-col items-start gap-3 rounded-card border border-dashed border-control p-4">
    <p className="text-muted">
      {isProgram
        ? 'This program has no settings. It uses the organization’s.'
        : 'No organization settings. Everyone uses the environment’s defaults.'}
    </p>
    <Button tone="primary" onClick={onSetUp}>
      {isProgram ? 'Set up this program' : 'Set up a provider'}
    </Button>
  </section>
);

type ScopePickerProps = { me: Me; view: AiSettingsView; onChoose: (code: string | null) => void };

export function ProvidersPage({ me }: SettingsTabProps) {
  const [path, navigate] = useLocation();
  const program = new URLSearchParams(useSearch()).get('program') || null;
  const { data, error, refetch } = useQuery({
    queryKey: aiSettingsKey(program),
    queryFn: () => getAiSettings(program),
    staleTime: 0,
  });
  const choose = (code: string | null) =>
    navigate(code === null ? path : `${path}?${new URLSearchParams({ program: code })}`);
  if (error instanceof Problem && error.status === 404) return <NoSuchProgram onLeave={() => choose(null)} />;
  if (data === undefined) return <LoadingOrError error={error} onRetry={() => void refetch()} />;
  return (
    <>
      {!canAsk(me) && <AssistantOff me={me} mayWrite={data.mayCreate || data.mayUpdate} />}
      {data.programs.length > 0 && <ScopePicker me={me} view={data} onChoose={choose} />}
      <Scope key={program} me={me} view={data} program={program} />
    </>
  );
}

function Scope({ me, view, program }: { me: Me; view: AiSettingsView; program: string | null }) {
  const [isSettingUp, setSettingUp] = useState(false);
  const mayWrite = view.exists ? view.mayUpdate : view.mayCreate;
  const isForm = mayWrite && (view.exists || isSettingUp);
  return (
    <>
      <CurrentConfiguration view={view}>
        {(!isForm || view.fallback !== null) && (view.mayCreate || view.mayUpdate) && (
          <ConnectionTest program={program} input={{ slot: 'primary' }} withFallback={view.fallback !== null} />
        )}
      </CurrentConfiguration>
      {!mayWrite && <ViewOnly me={me} permission={view.exists ? 'ai_settings:update' : 'ai_settings:create'} />}
      {mayWrite && !isForm && <EmptyScope isProgram={program !== null} onSetUp={() => setSettingUp(true)} />}
      {isForm && (
        <ProvidersForm view={view} program={program} onLeave={view.exists ? null : () => setSettingUp(false)} />
      )}
    </>
  );
}

const AssistantOff = ({ me, mayWrite }: { me: Me; mayWrite: boolean }) => (
  <Banner
    tone="notice"
    icon={PowerOff}
    title={`The assistant is off for ${me.org.name}`}
    actions={
      <Link href="/settings/experimental-features" className={buttonStyle('plain', 'medium')}>
        Open Experimental Features
      </Link>
    }
  >
    {mayWrite
      ? 'You can set up and test a provider first. Then turn the assistant on under Experimental Features.'
      : 'An admin can turn it on under Experimental Features.'}
  </Banner>
);

const NoSuchProgram = ({ onLeave }: { onLeave: () => void }) => (
  <Banner
    tone="neutral"
    icon={SearchX}
    alert
    title="Program not found"
    actions={<Button onClick={onLeave}>Show organization settings</Button>}
  >
    This page doesn’t exist or you don’t have access.
  </Banner>
);

function ScopePicker({ me, view, onChoose }: ScopePickerProps) {
  const chosen = view.programs.find(({ id }) => id === view.programId)?.code ?? '';
  return (
    <SelectField
      label="Settings for"
      hint="Unset values are inherited from the organization, then from the environment."
      value={chosen}
      onChange={(code) => onChoose(code === '' ? null : code)}
      options={[
        { value: '', label: `${me.org.name}, entire organization` },
        ...view.programs.map(({ code, name, exists }) => ({
          value: code,
          label: `${code} · ${name}${exists ? ' (customized)' : ''}`,
        })),
      ]}
    />
  );
}
