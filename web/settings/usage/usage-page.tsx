// The usage page: the month's allowance, key figures, a chart, and a table of the same rows.
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { ChartColumn, Download, Table2 } from 'lucide-react';
import type { UsageFigures, UsageReport } from '../../../worker/api/usage/usage-schema.ts';
import { Button, buttonStyle } from '../../design/controls/button.tsx';
import { SelectField } from '../../design/controls/select-field.tsx';
import { TextField } from '../../design/controls/text-field.tsx';
import { HeadCell, ROW, TableCell, TableFrame } from '../../design/table.tsx';
import { ProblemBanner } from '../../problem-banner.tsx';
import { saveFile } from '../../save-file.ts';
import { LoadingOrError } from '../loading-or-error.tsx';
import { getUsage, getUsageCsv, usageCsvAddress } from '../records-api.ts';
import { useSearchState } from '../search-state.ts';
import { hasAnyPermission, type SettingsTabProps } from '../settings-access.ts';
import { Allowance } from './allowance.tsx';
import { Feedback } from './feedback.tsx';
import { ShareChart, TimeChart } from './usage-charts.tsx';
import {
  cachedShare,
  formatCost,
  formatCount,
  formatDuration,
  METRICS,
  rowName,
  type UsageRow,
} from './usage-format.ts';
import {
  BY,
  keysBetween,
  PRESETS,
  periodError,
  readQuestion,
  type UsageBy,
  type UsageQuestion,
} from './usage-period.ts';

type UsageFiltersProps = { question: UsageQuestion; onChange: (change: Readonly<Record<string, string>>) => void };

const COLUMNS: readonly (readonly [string, (row: UsageRow) => string])[] = [
  ['Plan tokens', ({ planTokens }) => formatCount(planTokens)],
  ['All tokens', ({ totalTokens }) => formatCount(totalTokens)],
  ['Input, uncached', ({ inputTokens }) => formatCount(inputTokens)],
  ['Output', ({ outputTokens }) => formatCount(outputTokens)],
  ['Cache written', ({ cacheWriteTokens }) => formatCount(cacheWriteTokens)],
  ['Cache read', ({ cacheReadTokens }) => formatCount(cacheReadTokens)],
  ['Cost', ({ costMicros }) => formatCost(costMicros)],
  ['Runs', ({ runs }) => formatCount(runs)],
  ['Refused', ({ refusals }) => formatCount(refusals)],
  ['First token', ({ firstTokenMs }) => (firstTokenMs === null ? '–' : formatDuration(firstTokenMs.p50))],
  ['95%', ({ firstTokenMs }) => (firstTokenMs === null ? '–' : formatDuration(firstTokenMs.p95))],
];

export function UsagePage({ me }: SettingsTabProps) {
  const [search, change] = useSearchState();
  const question = readQuestion(search, Date.now());
  const { from, to, by } = question;
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['usage', from, to, by],
    queryFn: () => getUsage({ from, to, by }),
    enabled: periodError(question) === null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  return (
    <>
      <Allowance />
      <UsageFilters question={question} onChange={change} />
      {data === undefined || error !== null ? (
        <LoadingOrError error={error} onRetry={() => void refetch()} />
      ) : (
        <div className="flex flex-col gap-6 transition-opacity aria-busy:opacity-60" aria-busy={isPlaceholderData}>
          <Figures totals={data.totals} />
          <Rows usage={data} search={search} onChange={change} />
        </div>
      )}
      {hasAnyPermission(me, ['usage:read']) && periodError(question) === null && (
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
  usage: UsageReport;
  search: URLSearchParams;
  onChange: (change: Readonly<Record<string, string>>) => void;
};

function Rows({ usage, search, onChange }: RowsProps) {
  const { by, rows } = usage;
  const metric = METRICS.find(({ id }) => id === search.get('show')) ?? METRICS[0];
  const isTable = search.get('as') === 'table';
  if (rows.length === 0 || metric === undefined)
    return <p className="rounded-card border border-line-strong p-6 text-muted">No usage in this period.</p>;
  const found = new Map(rows.map((row) => [row.key, row]));
  const points = (keysBetween(usage) ?? rows.map(({ key }) => key)).map((key) => {
    const row = found.get(key);
    return { key, name: rowName(row ?? { key, label: null }, by), value: row ? metric.valueOf(row) : 0 };
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

/** The period's key figures. */
function Figures({ totals }: { totals: UsageFigures }) {
  const { totalTokens, planTokens, outputTokens, cacheReadTokens, costMicros, runs, answers, refusals } = totals;
  const { firstTokenMs, estimatedAnswers, summaries } = totals;
  const allIn = totals.inputTokens + cacheReadTokens + totals.cacheWriteTokens;
  const figures: readonly (readonly [string, string, string])[] = [
    [
      'Plan tokens',
      formatCount(planTokens),
      `${formatCount(totalTokens)} tokens: ${formatCount(allIn)} in, ${formatCount(outputTokens)} out`,
    ],
    ['Cached input', cachedShare(totals), `${formatCount(cacheReadTokens)} of ${formatCount(allIn)} input tokens`],
    [
      'Cost',
      formatCost(costMicros),
      estimatedAnswers === 0 ? 'At each day’s prices' : `${formatCount(estimatedAnswers)} estimated`,
    ],
    [
      'Runs',
      formatCount(runs),
      [
        `${formatCount(answers)} model ${answers === 1 ? 'call' : 'calls'}`,
        ...(summaries > 0 ? [`${formatCount(summaries)} ${summaries === 1 ? 'summary' : 'summaries'}`] : []),
        `${formatCount(refusals)} refused`,
      ].join(', '),
    ],
    [
      'First token',
      firstTokenMs === null ? '–' : formatDuration(firstTokenMs.p50),
      firstTokenMs === null ? 'No answers' : `median; 95% within ${formatDuration(firstTokenMs.p95)}`,
    ],
  ];
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(11rem,1fr))] gap-3">
      {figures.map(([label, value, detail]) => (
        <div
          key={label}
          className="flex flex-col gap-0.5 rounded-card border border-line-strong bg-raised p-4 shadow-raised"
        >
          <dt className="text-small text-muted">{label}</dt>
          <dd className="text-display font-semibold tracking-tight tabular-nums">{value}</dd>
          <dd className="text-meta text-muted tabular-nums">{detail}</dd>
        </div>
      ))}
    </dl>
  );
}

function UsageTable({ rows, by }: { rows: readonly UsageRow[]; by: UsageBy }) {
  const what = BY.find(({ value }) => value === by)?.label ?? '';
  return (
    <TableFrame label={`Usage by ${what.toLowerCase()}`}>
      <table className="w-full border-collapse text-ui">
        <thead>
          <tr>
            <HeadCell>{what}</HeadCell>
            {COLUMNS.map(([label]) => (
              <HeadCell key={label} kind="number">
                {label}
              </HeadCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} className={ROW}>
              <TableCell>{rowName(row, by)}</TableCell>
              {COLUMNS.map(([label, format]) => (
                <TableCell key={label} kind="number">
                  {format(row)}
                </TableCell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

function UsageFilters({ question, onChange }: UsageFiltersProps) {
  const { preset, from, to, by } = question;
  const error = periodError(question);
  const csv = useMutation({ mutationFn: getUsageCsv, onSuccess: ({ blob, name }) => saveFile(blob, name) });
  return (
    <form className="flex flex-wrap items-end gap-3" onSubmit={(event) => event.preventDefault()}>
      <SelectField
        label="Period"
        value={preset}
        onChange={(period) => onChange(period === 'custom' ? { period, from, to } : { period, from: '', to: '' })}
        options={PRESETS}
        className="w-44 max-sm:w-full"
      />
      {preset === 'custom' && (
        <>
          <div className="w-40 max-sm:grow">
            <TextField label="Start date" type="date" value={from} onChange={(day) => onChange({ from: day })} />
          </div>
          <div className="w-40 max-sm:grow">
            <TextField
              label="End date"
              type="date"
              value={to}
              error={error}
              onChange={(day) => onChange({ to: day })}
            />
          </div>
        </>
      )}
      <SelectField
        label="By"
        value={by}
        onChange={(value) => onChange({ by: value })}
        options={BY}
        className="w-36 max-sm:grow"
      />
      {error === null && (
        <a
          href={usageCsvAddress(question)}
          aria-busy={csv.isPending}
          onClick={(event) => {
            // A plain link can't say for which organization this page was loaded.
            event.preventDefault();
            csv.mutate(question);
          }}
          className={`${buttonStyle('plain', 'large')} ms-auto max-sm:ms-0`}
        >
          <Download size={16} aria-hidden />
          CSV
        </a>
      )}
      {csv.error && (
        <div className="w-full">
          <ProblemBanner error={csv.error} />
        </div>
      )}
    </form>
  );
}
