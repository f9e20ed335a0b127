// Who answers, for the organisation and for each of its programs: what holds and why, and what is set in this very scope.
import { useQuery } from '@tanstack/react-query';
import { PowerOff, SearchX } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { Me } from '../../../worker/contract.ts';
import type { AiSettingsView } from '../../../worker/settings-contract.ts';
import { Banner } from '../../design/banner.tsx';
import { Button, buttonStyle } from '../../design/button.tsx';
import { Problem } from '../../problem.ts';
import { Loading } from '../loading.tsx';
import type { SettingsTabProps } from '../settings-access.ts';
import { getAiSettings } from '../settings-api.ts';
import { ViewOnly } from '../view-only.tsx';
import { aiSettingsKey } from './ai-settings-key.ts';
import { ConnectionTest } from './connection-test.tsx';
import { InForce } from './in-force.tsx';
import { NothingSet } from './nothing-set.tsx';
import { ProvidersForm } from './providers-form.tsx';
import { ScopePicker } from './scope-picker.tsx';

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
  if (error instanceof Problem && error.code === 'ASSISTANT_DISABLED') return <AssistantOff problem={error} />;
  if (error instanceof Problem && error.status === 404) return <NoSuchProgram onLeave={() => choose(null)} />;
  if (data === undefined) return <Loading error={error} onRetry={() => void refetch()} />;
  return (
    <>
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
      <InForce view={view}>
        {!isForm && (view.mayCreate || view.mayUpdate) && (
          <ConnectionTest program={program} input={{ slot: 'primary' }} />
        )}
      </InForce>
      {!mayWrite && <ViewOnly me={me} permission={view.exists ? 'ai_settings:update' : 'ai_settings:create'} />}
      {mayWrite && !isForm && <NothingSet isProgram={program !== null} onSetUp={() => setSettingUp(true)} />}
      {isForm && (
        <ProvidersForm view={view} program={program} onLeave={view.exists ? null : () => setSettingUp(false)} />
      )}
    </>
  );
}

const AssistantOff = ({ problem }: { problem: Problem }) => (
  <Banner
    tone="notice"
    icon={PowerOff}
    title={problem.detail}
    actions={
      <Link href="/settings/experimental-features" className={buttonStyle('plain', 'medium')}>
        Open Experimental Features
      </Link>
    }
  >
    Providers are set while it is on. An admin turns it on under Experimental Features.
  </Banner>
);

const NoSuchProgram = ({ onLeave }: { onLeave: () => void }) => (
  <Banner
    tone="neutral"
    icon={SearchX}
    alert
    title="No such program"
    actions={<Button onClick={onLeave}>Show the organisation’s settings</Button>}
  >
    It does not exist, or it is not for you to see.
  </Banner>
);
