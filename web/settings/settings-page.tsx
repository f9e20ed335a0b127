// The settings of an organisation in the product's frame: the way from subject to subject, and the one that the address
// names.
import { SearchX } from 'lucide-react';
import { Suspense, useEffect } from 'react';
import { useLocation } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import { Button } from '../design/button.tsx';
import { cx } from '../design/cx.ts';
import { PageState } from '../design/page-state.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { AppFrame } from '../frame/app-frame.tsx';
import { SettingsHeader } from './settings-header.tsx';
import { SettingsIndex } from './settings-index.tsx';
import { SettingsNav } from './settings-nav.tsx';
import { mayOpen, SETTINGS_TABS, type SettingsTab } from './settings-tabs.ts';

export function SettingsView({ me, tab: id }: { me: Me; tab: string | undefined }) {
  const tabs = SETTINGS_TABS.filter((tab) => mayOpen(tab, me));
  const tab = SETTINGS_TABS.find((one) => one.id === id);
  const title = tab?.label ?? (id === undefined ? 'Settings' : 'Not found');
  useEffect(() => {
    document.title = `${title} · Groundwire`;
  }, [title]);
  return (
    <AppFrame me={me}>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-6 desk:grid-cols-[13rem_minmax(0,1fr)] desk:gap-10">
        <SettingsNav tabs={tabs} />
        <div className={cx('flex min-w-0 flex-col gap-6', !tab?.isWide && 'max-w-3xl')}>
          {id === undefined ? <SettingsIndex me={me} tabs={tabs} /> : <Chosen me={me} tab={tab} tabs={tabs} />}
        </div>
      </div>
    </AppFrame>
  );
}

function Chosen({ me, tab, tabs }: { me: Me; tab: SettingsTab | undefined; tabs: readonly SettingsTab[] }) {
  if (tab === undefined || !tabs.includes(tab)) return <Missing isKnown={tab !== undefined} role={me.org.role} />;
  const { Page } = tab;
  return (
    <>
      <SettingsHeader title={tab.label}>{tab.description}</SettingsHeader>
      <Suspense fallback={<Skeleton lines={['w-2/3', 'h-24 w-full', 'h-24 w-full']} className="gap-4" />}>
        <Page key={tab.id} me={me} />
      </Suspense>
    </>
  );
}

function Missing({ isKnown, role }: { isKnown: boolean; role: string }) {
  const [, navigate] = useLocation();
  return (
    <PageState
      level={1}
      icon={SearchX}
      title={isKnown ? 'Not for your role' : 'No such settings'}
      actions={
        <Button tone="primary" onClick={() => navigate('/settings')}>
          Open the settings
        </Button>
      }
    >
      {isKnown
        ? `Your role, ${role}, does not include these settings. An admin of your organisation can give you one that does.`
        : 'Nothing is set at this address.'}
    </PageState>
  );
}
