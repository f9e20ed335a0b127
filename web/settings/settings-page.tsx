// The settings of the organization: the index, the navigation and the page named in the URL.
import { ChevronRight, SearchX } from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { PageBoundary } from '../boundary/part-failure.tsx';
import { Badge } from '../design/badge.tsx';
import { Button } from '../design/controls/button.tsx';
import { cx } from '../design/cx.ts';
import { PageState } from '../design/page-state.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { PageContent } from '../frame/app-frame.tsx';
import { hasAnyPermission } from './settings-access.ts';
import { canOpen, SETTINGS_TABS, type SettingsTab, tabPath } from './settings-tabs.ts';

const SettingsHeader = ({ title, children }: { title: string; children: ReactNode }) => (
  <header className="flex flex-col gap-1">
    <h1 className="text-display font-semibold tracking-tight">{title}</h1>
    <p className="text-answer text-muted">{children}</p>
  </header>
);

export function SettingsView({ me, tab: id }: { me: Me; tab: string | undefined }) {
  const tabs = SETTINGS_TABS.filter((tab) => canOpen(tab, me));
  const tab = SETTINGS_TABS.find((one) => one.id === id);
  const title = tab?.label ?? (id === undefined ? 'Settings' : 'Not found');
  useEffect(() => {
    document.title = `${title} · Groundwire`;
  }, [title]);
  return (
    <PageContent>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-6 desk:grid-cols-[13rem_minmax(0,1fr)] desk:gap-10">
        <SettingsNav tabs={tabs} />
        <div className={cx('flex min-w-0 flex-col gap-6', !tab?.isWide && 'max-w-3xl')}>
          {id === undefined ? <SettingsIndex me={me} tabs={tabs} /> : <SettingsContent me={me} tab={tab} tabs={tabs} />}
        </div>
      </div>
    </PageContent>
  );
}

function SettingsContent({ me, tab, tabs }: { me: Me; tab: SettingsTab | undefined; tabs: readonly SettingsTab[] }) {
  if (tab === undefined || !tabs.includes(tab)) return <Missing isKnown={tab !== undefined} role={me.org.role} />;
  const { Page } = tab;
  return (
    <>
      <SettingsHeader title={tab.label}>{tab.description}</SettingsHeader>
      <PageBoundary resetKey={tab.id}>
        <Suspense fallback={<Skeleton lines={['w-2/3', 'h-24 w-full', 'h-24 w-full']} className="gap-4" />}>
          <Page key={tab.id} me={me} />
        </Suspense>
      </PageBoundary>
    </>
  );
}

function Missing({ isKnown, role }: { isKnown: boolean; role: string }) {
  const [, navigate] = useLocation();
  return (
    <PageState
      level={1}
      icon={SearchX}
      title={isKnown ? 'Your role can’t open this' : 'Page not found'}
      actions={
        <Button tone="primary" onClick={() => navigate('/settings')}>
          Open settings
        </Button>
      }
    >
      {isKnown
        ? `Your role, ${role}, doesn’t include these settings. An admin of your organization can change your role.`
        : 'This settings page doesn’t exist.'}
    </PageState>
  );
}

/** The list of settings pages, with a badge on those the user can only view. */
function SettingsIndex({ me, tabs }: { me: Me; tabs: readonly SettingsTab[] }) {
  return (
    <>
      <SettingsHeader title="Settings">Settings for everyone in {me.org.name}.</SettingsHeader>
      <ul className="divide-y divide-line-strong/60 overflow-hidden rounded-card border border-line-strong bg-raised shadow-raised">
        {tabs.map((tab) => {
          const { icon: Icon, label, description, changesFor } = tab;
          return (
            <li key={tab.id}>
              <Link
                href={tabPath(tab)}
                className="flex items-center gap-4 px-4 py-4 -outline-offset-2 transition-colors hover:bg-hover"
              >
                <span className="flex size-9 shrink-0 items-center justify-center rounded-control bg-accent-soft text-accent">
                  <Icon size={20} strokeWidth={1.75} aria-hidden />
                </span>
                <span className="flex min-w-0 grow flex-col gap-0.5">
                  <span className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
                    {label}
                    {changesFor.length > 0 && !hasAnyPermission(me, changesFor) && <Badge>View only</Badge>}
                  </span>
                  <span className="text-small text-muted">{description}</span>
                </span>
                <ChevronRight size={16} aria-hidden className="shrink-0 text-muted rtl:-scale-x-100" />
              </Link>
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** Navigation between settings pages: a column, or a scrolling row on narrow screens. */
function SettingsNav({ tabs }: { tabs: readonly SettingsTab[] }) {
  const [path] = useLocation();
  const list = useRef<HTMLUListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls again whenever the path changes
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  const isIndex = !tabs.some((tab) => path === tabPath(tab));
  return (
    <nav
      aria-label="Settings"
      // On narrow screens the index page already lists the same links.
      className={cx('min-w-0 desk:sticky desk:top-8 desk:block desk:self-start', isIndex && 'hidden')}
    >
      <ul
        ref={list}
        className="-mx-4 flex gap-1 overflow-x-auto px-4 py-1 [scrollbar-width:none] desk:mx-0 desk:flex-col desk:overflow-visible desk:px-0 desk:py-0"
      >
        {tabs.map((tab) => {
          const { icon: Icon, label } = tab;
          const isOpen = path === tabPath(tab);
          return (
            <li key={tab.id} className="shrink-0">
              <Link
                href={tabPath(tab)}
                aria-current={isOpen ? 'page' : undefined}
                className={cx(
                  'flex h-9 items-center gap-2.5 rounded-control px-3 transition-colors touch:h-11',
                  isOpen ? 'bg-hover font-medium text-text' : 'text-muted hover:bg-hover hover:text-text',
                )}
              >
                <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
