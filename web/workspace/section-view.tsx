// A section of a page, with its heading.
import { Search } from 'lucide-react';
import { useId, useState } from 'react';
import type { WorkspaceSection } from '../../worker/api/workspace/workspace-schema.ts';
import { DataTable } from './data-table.tsx';
import { Facts } from './facts.tsx';
import { filterRows } from './filter-rows.ts';
import { ScheduleView } from './schedule/schedule-view.tsx';
import { Timeline } from './schedule/timeline.tsx';
import { TreeGrid } from './tree-grid.tsx';

/** Shorter tables don't need a search field. */
const SEARCH_FROM_ROWS = 8;

type SectionProps = {
  section: WorkspaceSection;
  /** The accessible name if the section has no heading. */
  label: string;
  search: string;
  onSearch: (words: string) => void;
};

export function SectionView({ section, label, search, onSearch }: SectionProps) {
  const heading = section.heading ?? label;
  const count = countOf(section);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {section.heading !== null && (
        <h2 className="flex items-baseline gap-2 text-answer font-semibold">
          {section.heading}
          {count !== null && <span className="text-small font-normal text-muted tabular-nums">{count}</span>}
        </h2>
      )}
      <Body section={section} label={heading} search={search} onSearch={onSearch} />
    </div>
  );
}

function Body({ section, label, search, onSearch }: SectionProps) {
  switch (section.type) {
    case 'facts':
      return <Facts facts={section.facts} />;
    case 'text':
      return (
        <p dir="auto" className="max-w-3xl text-answer break-words whitespace-pre-line">
          {section.text}
        </p>
      );
    case 'table':
      return <SearchableTable table={section} label={label} search={search} onSearch={onSearch} />;
    case 'tree':
      return section.rows.length === 0 ? <Empty words={section.empty} /> : <TreeGrid tree={section} label={label} />;
    case 'timeline':
      return section.entries.length === 0 ? <Empty words={section.empty} /> : <Timeline entries={section.entries} />;
    case 'schedule':
      if (section.rows.length === 0) return <Empty words={section.empty} />;
      return <ScheduleView schedule={section} label={label} />;
  }
}

type TableSection = Extract<WorkspaceSection, { type: 'table' }>;

/** Searches on the server if it can; otherwise filters the loaded rows. */
function SearchableTable({
  table,
  label,
  search,
  onSearch,
}: {
  table: TableSection;
  label: string;
  search: string;
  onSearch: (words: string) => void;
}) {
  const id = useId();
  const [typed, setTyped] = useState(search);
  const words = table.searchable ? search : typed;
  const rows = table.searchable ? table.rows : filterRows(table.rows, typed);
  if (table.rows.length === 0 && words === '') return <Empty words={table.empty} />;
  const offered = table.searchable || table.rows.length >= SEARCH_FROM_ROWS;
  return (
    <>
      {offered && (
        <div className="relative max-w-sm">
          <label htmlFor={id} className="sr-only">
            Search in {label}
          </label>
          <Search
            size={16}
            aria-hidden
            className="pointer-events-none absolute start-3 top-1/2 -translate-y-1/2 text-muted"
          />
          <input
            id={id}
            type="search"
            value={typed}
            autoComplete="off"
            placeholder={`Search in ${label.toLowerCase()}`}
            onChange={(event) => {
              setTyped(event.target.value);
              if (table.searchable) onSearch(event.target.value.trim());
            }}
            className="h-9 w-full rounded-control border border-control bg-raised ps-9 pe-3 outline-none placeholder:text-muted focus:border-accent focus:outline-1 focus:outline-accent touch:h-11"
          />
        </div>
      )}
      <p role="status" className="sr-only">
        {words === '' ? '' : `${rows.length} found`}
      </p>
      {rows.length === 0 ? (
        <Empty words={`No matches for “${words}”.`} />
      ) : (
        <DataTable table={table} label={label} rows={rows} />
      )}
    </>
  );
}

function Empty({ words }: { words: string }) {
  return (
    <p className="rounded-card border border-dashed border-line-strong px-4 py-8 text-center text-muted">{words}</p>
  );
}

function countOf(section: WorkspaceSection): number | null {
  if (section.type === 'table') return section.total ?? (section.rows.length > 0 ? section.rows.length : null);
  return section.type === 'tree' && section.rows.length > 0 ? section.rows.length : null;
}
