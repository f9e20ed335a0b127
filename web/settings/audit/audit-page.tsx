// The audit log page. The URL holds the filters; more rows load on scroll.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../design/controls/button.tsx';
import { Drawer } from '../../design/overlays/drawer.tsx';
import { ProblemBanner } from '../../problem-banner.tsx';
import { LoadingOrError } from '../loading-or-error.tsx';
import { getAudit } from '../records-api.ts';
import { useSearchState } from '../search-state.ts';
import type { SettingsTabProps } from '../settings-access.ts';
import { EntryDetails } from './audit-entry.tsx';
import { AuditFilters, readFilter } from './audit-filters.tsx';
import { AuditTable } from './audit-table.tsx';
import { ExportButton, ExportState, useAuditExport } from './export-audit.tsx';
import { CheckButton, CheckState, useAuditCheck } from './verify-audit.tsx';

export function AuditPage({ me }: SettingsTabProps) {
  const [search, change] = useSearchState();
  const filter = readFilter(search);
  const [opened, setOpened] = useState<string | null>(null);
  const log = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) => getAudit(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const auditExport = useAuditExport(filter);
  const auditCheck = useAuditCheck();
  const rows = log.data?.pages.flatMap((page) => page.rows) ?? [];
  const seen = new Map(rows.flatMap(({ actorId, actorName }) => (actorId && actorName ? [[actorId, actorName]] : [])));
  return (
    <>
      <AuditFilters me={me} filter={filter} seen={seen} onChange={change} />
      <div className="flex flex-wrap items-center gap-2">
        <ExportButton {...auditExport} />
        <CheckButton {...auditCheck} />
        <Button
          tone="quiet"
          size="large"
          className="ms-auto max-sm:ms-0"
          busy={log.isRefetching}
          onClick={() => void log.refetch()}
        >
          Refresh
        </Button>
      </div>
      <ExportState {...auditExport} />
      <CheckState {...auditCheck} />
      {log.data === undefined ? (
        <LoadingOrError error={log.error} onRetry={() => void log.refetch()} />
      ) : (
        <>
          {log.error && !log.isFetchNextPageError && <ProblemBanner error={log.error} />}
          <Rows {...{ rows, opened }} isStale={log.isPlaceholderData} log={log} onOpen={setOpened} />
        </>
      )}
      <Drawer side="end" open={opened !== null} onClose={() => setOpened(null)} label="Audit log entry">
        {opened !== null && (
          <EntryDetails
            id={opened}
            onClose={() => setOpened(null)}
            onFilter={(values) => {
              setOpened(null);
              change(values);
            }}
          />
        )}
      </Drawer>
    </>
  );
}

type RowsProps = Parameters<typeof AuditTable>[0] & {
  isStale: boolean;
  log: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: Error | null;
    fetchNextPage: () => unknown;
  };
};

function Rows({ rows, opened, onOpen, isStale, log }: RowsProps) {
  const frame = useRef<HTMLElement>(null);
  const end = useOnVisible(
    () => log.hasNextPage && !log.isFetchingNextPage && !log.isFetchNextPageError && log.fetchNextPage(),
  );
  if (rows.length === 0)
    return (
      <p className="rounded-card border border-line-strong p-6 text-muted">
        No entries yet. New activity appears in a few seconds.
      </p>
    );
  return (
    <section
      ref={frame}
      aria-label="Audit log"
      aria-busy={isStale || log.isFetchingNextPage}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard as well
      tabIndex={0}
      className="max-h-[70dvh] min-h-64 overflow-auto rounded-card border border-line-strong bg-raised shadow-raised transition-opacity aria-busy:opacity-80"
    >
      <AuditTable rows={rows} opened={opened} onOpen={onOpen} />
      <div ref={end} className="h-px" />
      {log.isFetchNextPageError && log.error ? (
        <div className="p-3">
          <ProblemBanner
            error={log.error}
            actions={
              <Button size="small" onClick={() => void log.fetchNextPage()}>
                Try again
              </Button>
            }
          />
        </div>
      ) : (
        <p role="status" className="border-t border-line-strong/60 px-4 py-2 text-small text-muted">
          {log.isFetchingNextPage ? 'Loading more…' : log.hasNextPage ? 'Scroll to load more.' : 'End of log'}
        </p>
      )}
    </section>
  );
}

/** Calls `onVisible` while the element is near the viewport, and again after each render. */
function useOnVisible(onVisible: () => unknown) {
  const latest = useRef(onVisible);
  const element = useRef<HTMLDivElement>(null);
  const isNear = useRef(false);
  useEffect(() => {
    latest.current = onVisible;
    if (isNear.current) onVisible();
  });
  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        isNear.current = entry?.isIntersecting === true;
        if (isNear.current) latest.current();
      },
      { root: target.parentElement, rootMargin: '400px' },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
  return element;
}
