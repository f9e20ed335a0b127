// What the assistant was used for and what it cost: the month's allowance, figures, a chart, and the table of the same rows.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ChartColumn, Table2 } from 'lucide-react';
import type { Usage } from '../../../worker/usage-contract.ts';
import { Button } from '../../design/button.tsx';
import { Loading } from '../loading.tsx';
import { getUsage } from '../records-api.ts';
import { useSearchState } from '../search-state.ts';
import { has, type SettingsTabProps } from '../settings-access.ts';
import { Allowance } from './allowance.tsx';
import { Feedback } from './feedback.tsx';
import { Figures } from './figures.tsx';
import { ShareChart } from './share-chart.tsx';
import { TimeChart } from './time-chart.tsx';
import { UsageFilters } from './usage-filters.tsx';
import { faultOf, keysBetween, readQuestion } from './usage-period.ts';
import { UsageTable } from './usage-table.tsx';
import { METRICS, nameOf } from './usage-words.ts';

export function UsagePage({ me }: SettingsTabProps) {
  const [search, change] = useSearchState();
  const question = readQuestion(search, Date.now());
  const { from, to, by } = question;
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['usage', from, to, by],
    queryFn: () => getUsage({ from, to, by }),
    enabled: faultOf(question) === null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  return (
    <>
      <Allowance />
      <UsageFilters question={question} onChange={change} />
      {data === undefined || error !== null ? (
        <Loading error={error} onRetry={() => void refetch()} />
      ) : (
        <div className="flex flex-col gap-6 transition-opacity aria-busy:opacity-60" aria-busy={isPlaceholderData}>
          <Figures totals={data.totals} />
          <Rows usage={data} search={search} onChange={change} />
        </div>
      )}
      {has(me, ['usage:read']) && faultOf(question) === null && (
        <Feedback
          from={from}
          to={to}
          verdict={search.get('feedback') ?? ''}
          onVerdict={(feedback) => change({ feedback })}
        />
      )}
    </>
  );
}

type RowsProps = {
  usage: Usage;
  search: URLSearchParams;
  onChange: (change: Readonly<Record<string, string>>) => void;
};

function Rows({ usage, search, onChange }: RowsProps) {
  const { by, rows } = usage;
  const metric = METRICS.find(({ id }) => id === search.get('show')) ?? METRICS[0];
  const isTable = search.get('as') === 'table';
  if (rows.length === 0 || metric === undefined)
    return <p className="rounded-card border border-line-strong p-6 text-muted">Nothing was used in these days.</p>;
  const found = new Map(rows.map((row) => [row.key, row]));
  const points = (keysBetween(usage) ?? rows.map(({ key }) => key)).map((key) => {
    const row = found.get(key);
    return { key, name: nameOf(row ?? { key, label: null }, by), value: row ? metric.valueOf(row) : 0 };
  });
  const isOverTime = by === 'day' || by === 'month';
  return (
    <section aria-label="Usage in detail" className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Choice label="Figure" value={metric.id} options={METRICS} onChoose={(show) => onChange({ show })} />
        <fieldset className="flex gap-1">
          <legend className="sr-only">Show as</legend>
          <Button
            size="small"
            tone={isTable ? 'quiet' : 'plain'}
            aria-pressed={!isTable}
            onClick={() => onChange({ as: '' })}
          >
            <ChartColumn size={16} aria-hidden />
            Chart
          </Button>
          <Button
            size="small"
            tone={isTable ? 'plain' : 'quiet'}
            aria-pressed={isTable}
            onClick={() => onChange({ as: 'table' })}
          >
            <Table2 size={16} aria-hidden />
            Table
          </Button>
        </fieldset>
      </div>
      {isTable ? (
        <UsageTable rows={rows} by={by} />
      ) : (
        <div className="rounded-card border border-line-strong bg-raised p-4 shadow-raised">
          {isOverTime ? <TimeChart points={points} metric={metric} /> : <ShareChart points={points} metric={metric} />}
        </div>
      )}
    </section>
  );
}

type ChoiceProps = {
  label: string;
  value: string;
  options: readonly { readonly id: string; readonly label: string }[];
  onChoose: (id: string) => void;
};

const Choice = ({ label, value, options, onChoose }: ChoiceProps) => (
  <fieldset className="flex flex-wrap gap-1">
    <legend className="sr-only">{label}</legend>
    {options.map((option) => (
      <Button
        key={option.id}
        size="small"
        tone={option.id === value ? 'plain' : 'quiet'}
        aria-pressed={option.id === value}
        onClick={() => onChoose(option.id)}
      >
        {option.label}
      </Button>
    ))}
  </fieldset>
);
