// A page's tabs and the open tab's content. The URL holds the open tab.
import { useId, useState } from 'react';
import { useLocation } from 'wouter';
import type { WorkspacePage } from '../../worker/api/workspace/workspace-schema.ts';
import { PageBoundary } from '../boundary/part-failure.tsx';
import { Button } from '../design/controls/button.tsx';
import { panelProps, Tabs } from '../design/controls/tabs.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useDebounced } from '../use-debounced.ts';
import { mergePages } from './merge-pages.ts';
import type { PageAddress } from './page-address.ts';
import { SectionView } from './section-view.tsx';
import { useTab } from './workspace-queries.ts';

const SEARCH_DELAY_MS = 150;

type TabPanelProps = { address: PageAddress; page: WorkspacePage; loadedAt: number; wanted: string | null };

export function TabPanel({ address, page, loadedAt, wanted }: TabPanelProps) {
  const [location, navigate] = useLocation();
  const panelId = useId();
  const tab = page.tabs.find((one) => one.id === wanted)?.id ?? page.content.tab;
  const choose = (id: string) => navigate(`${location}?tab=${id}`, { replace: true });
  const label = page.tabs.find((one) => one.id === tab)?.label ?? page.title;
  const isTabbed = page.tabs.length > 1;
  return (
    <div className="flex min-w-0 flex-col gap-5">
      {isTabbed && <Tabs label="Page sections" tabs={page.tabs} active={tab} panelId={panelId} onChoose={choose} />}
      <div {...(isTabbed && panelProps(panelId, tab))}>
        <PageBoundary resetKey={tab}>
          <Content key={tab} address={address} page={page} loadedAt={loadedAt} tab={tab} label={label} />
        </PageBoundary>
      </div>
    </div>
  );
}

type ContentProps = Omit<TabPanelProps, 'wanted'> & { tab: string; label: string };

function Content({ address, page, loadedAt, tab, label }: ContentProps) {
  const [words, setWords] = useState('');
  const search = useDebounced(words, SEARCH_DELAY_MS);
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useTab(address, {
    tab,
    search,
    initialTab: page.content,
    loadedAt,
  });
  if (data === undefined) {
    if (error === null) return <Skeleton lines={['w-full', 'w-5/6', 'w-full', 'w-2/3']} className="gap-4" />;
    return (
      <div role="alert" className="flex flex-col items-start gap-3 text-muted">
        This section couldn’t be loaded.
        <Button onClick={() => void refetch()}>Try again</Button>
      </div>
    );
  }
  return (
    <div className="flex min-w-0 flex-col gap-8">
      {mergePages(data.pages).map((section, at) => (
        <SectionView
          // biome-ignore lint/suspicious/noArrayIndexKey: the sections of a tab never move
          key={at}
          section={section}
          label={label}
          search={words}
          onSearch={setWords}
        />
      ))}
      {hasNextPage && (
        <Button className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? 'Loading…' : 'Show more'}
        </Button>
      )}
    </div>
  );
}
