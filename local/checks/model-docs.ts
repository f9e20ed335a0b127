// docs/models.md, made from the catalog of models. The check fails if the file isn't what the catalog says.
import type { ModelEntry, PriceRow, Rates } from '../../durable/providers/models/model-entry.ts';
import { ENDINGS, MODELS } from '../../durable/providers/models/models.ts';
import { PROVIDERS } from '../../durable/providers/registry.ts';
import type { TextFile } from './check-repository.ts';

export const MODEL_DOCS = 'docs/models.md';

export function findModelDocProblems(files: readonly TextFile[]): string[] {
  const isCurrent = files.some(({ path, text }) => path === MODEL_DOCS && text === renderModelDocs());
  return isCurrent ? [] : [`${MODEL_DOCS} is not what the catalog says; run npm run models`];
}

export function renderModelDocs(): string {
  const sections = PROVIDERS.flatMap(({ id, label, defaultModel }) => {
    const models = MODELS.filter(({ provider }) => provider === id);
    return models.length === 0 ? [] : [renderProvider(label, defaultModel, models)];
  });
  return [
    '# Models',
    '',
    'Made from [models.json](../durable/providers/models/models.json) by `npm run models`; don’t edit it. How the catalog works is in',
    '[decision 66](decisions/0066-the-catalog-is-data.md), and how an installation changes it in [provider settings](provider-settings.md#models).',
    '',
    'Prices are dollars per million tokens: input / output, then reading from the cache and writing to it. A second line is the price of',
    'the whole request if its prompt is longer than that many tokens. “Not listed” means that the model needs your own key.',
    '',
    ...sections.flatMap((section) => [...section, '']),
    '## Sources of prices',
    '',
    ...table(['model', 'from', 'source', 'checked', 'confidence'], MODELS.flatMap(sourcesOf)),
    '',
    '## Other models that end',
    '',
    'They are not listed, but their end is known.',
    '',
    ...table(
      ['model', 'ends', 'successor'],
      ENDINGS.map(({ id, retires, successor }) => [code(id), retires, code(successor)]),
    ),
    '',
  ].join('\n');
}

function renderProvider(label: string, defaultModel: string | null, models: readonly ModelEntry[]): string[] {
  return [
    `## ${label}`,
    '',
    ...table(
      ['model', 'wire', 'context / output', 'thinking', 'effort (default)', 'can', 'plan', 'prices', 'lifecycle'],
      models.map((model) => [
        `${model.label}<br>${code(model.id)}${model.id === defaultModel ? '<br>default' : ''}`,
        model.wire,
        `${count(model.contextTokens)} / ${count(model.maxOutputTokens)}`,
        thinkingOf(model),
        model.effort ? `${model.effort.levels.join(', ')} (${model.effort.default})` : 'none',
        model.capabilities.filter((capability) => capability !== 'reasoning').join(', '),
        model.lowestPlan,
        pricesOf(model.prices),
        lifecycleOf(model),
      ]),
    ),
  ];
}

const THINKING = { none: 'none', off: 'off', on: 'on', always: 'always on' } as const;

function thinkingOf({ thinking, refusedParameters }: ModelEntry): string {
  const off = thinking.off && `off: \`${thinking.off}\`${thinking.offUpTo ? ` up to ${thinking.offUpTo}` : ''}`;
  const refused = [...thinking.refuses.map((type) => `thinking.type=${type}`), ...refusedParameters];
  const refuses = refused.length > 0 ? `refuses ${refused.map(code).join(', ')}` : undefined;
  return [THINKING[thinking.mode], off, refuses].filter((part) => part !== undefined).join('<br>');
}

function pricesOf(prices: readonly PriceRow[]): string {
  if (prices.length === 0) return 'not listed';
  return prices
    .map((row) => {
      const since = prices.length > 1 ? `from ${row.from}: ` : '';
      const above = row.above && `above ${count(row.above.promptTokens)}: ${ratesOf(row.above)}`;
      return [since + ratesOf(row), above].filter((line) => line !== undefined).join('<br>');
    })
    .join('<br>');
}

function ratesOf({ input, output, cacheRead, cacheWrite, cacheWriteLong }: Rates): string {
  const long = cacheWriteLong === undefined ? '' : ` (long ${cacheWriteLong})`;
  const isWhole = cacheRead !== null && cacheWrite !== null;
  const cache = `cache ${cacheRead ?? 'not listed'}, write ${cacheWrite ?? 'not listed'}${long}`;
  return `${input} / ${output}, ${cache}${isWhole ? '' : ', so it counts as not listed'}`;
}

function lifecycleOf({ lifecycle: { retires, servedUntilAtLeast, successor } }: ModelEntry): string {
  const end = retires
    ? `ends ${retires}`
    : servedUntilAtLeast
      ? `until ${servedUntilAtLeast} at least`
      : 'no end announced';
  return successor ? `${end}<br>then ${code(successor)}` : end;
}

const sourcesOf = ({ id, prices }: ModelEntry): string[][] =>
  prices.map(({ from, source, note }) => [
    code(id),
    from,
    `<${source.url}>${note ? `<br>${note}` : ''}`,
    source.checked,
    source.confidence,
  ]);

const code = (text: string): string => `\`${text}\``;
const count = (tokens: number): string => tokens.toLocaleString('en-US');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
