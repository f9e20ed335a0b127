// The period in a few figures, ahead of any chart.
import type { UsageFigures } from '../../../worker/usage-contract.ts';
import { costWords, countWords, msWords } from './usage-words.ts';

export function Figures({ totals }: { totals: UsageFigures }) {
  const { totalTokens, outputTokens, cacheReadTokens, costMicros, runs, answers, refusals } = totals;
  const { firstTokenMs, estimatedAnswers } = totals;
  const allIn = totals.inputTokens + cacheReadTokens + totals.cacheWriteTokens;
  const figures: readonly (readonly [string, string, string])[] = [
    [
      'Tokens',
      countWords(totalTokens),
      `${countWords(allIn)} in, ${countWords(cacheReadTokens)} of them from the cache; ${countWords(outputTokens)} out`,
    ],
    [
      'Cost',
      costWords(costMicros),
      estimatedAnswers === 0
        ? 'By the prices of each day'
        : `${countWords(estimatedAnswers)} stopped answers by our estimate`,
    ],
    [
      'Runs',
      countWords(runs),
      `${countWords(answers)} ${answers === 1 ? 'answer' : 'answers'} of a model, ${countWords(refusals)} refused`,
    ],
    [
      'First token',
      firstTokenMs === null ? '–' : msWords(firstTokenMs.p50),
      firstTokenMs === null ? 'Nothing was answered' : `median; 95 % within ${msWords(firstTokenMs.p95)}`,
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
