// Answers questions about one item: its details, its bill of materials, where it is used, and what a change would affect.
import { withoutProperties } from './conditions.ts';
import { headTopic, UNCLEAR } from './question.ts';
import { caveat, offerFor } from './records.ts';
import * as report from './report.ts';
import {
  findEntities,
  isCalled,
  isItem,
  kindOfNumber,
  referenceOf,
  type Situation,
  type Story,
  type StoryStep,
  stepOf,
  valueOfStep,
} from './story.ts';
import { call, type DemoTool, type ModelAnswer, type PlannedCall, say } from './wires/wire.ts';
import * as words from './words.ts';

const DETAILS = 'get_item_details';

const TOOLS: readonly { readonly name: string; readonly asks: RegExp }[] = [
  {
    name: 'analyze_change_impact',
    asks: /\b(?:impact\w*|affect(?:s|ed|ing)?|risks?|what (?:happens|breaks|would happen|would break)|consequences?)\b|\b(?:documents?|drawings?|change orders?)\b(?=.*#)/,
  },
  {
    name: 'get_where_used',
    asks: /\bwhere[- ]?used\b|\bused (?:in|by|on|anywhere|elsewhere)\b|\bwhere\b.*\bused?\b|\b(?:which|what) (?:assembl\w+|parts?|products?|items?) (?:use|contain|need|include)s?\b|\bwhat uses\b|\bparents?\b/,
  },
  {
    name: 'get_bom',
    asks: /\bboms?\b|\bbills? of materials?\b|\b(?:components?|children|sub-?assembl\w+|structure|breakdown) (?:of|in|for)\b|\bconsists? of\b|\bmade up of\b|\bwhat(?:'s| is) (?:in|inside)\b|\bparts list\b|\bparts (?:in|of|for|under|inside) (?:#|it|this|that)/,
  },
];
/** Words of these questions that are not part of an item's name. */
const NOT_A_NAME =
  /\b(?:where|uses?|using|boms?|bills?|materials?|components?|children|structure|breakdown|impact\w*|affect\w*|risks?|happens?|breaks?|assembl(?:y|ies)|parents?|parts?|item|change|changing|levels?|deep|depth|consists?|inside|include|need|\d+)\b/gi;

export function planItem(situation: Situation): ModelAnswer | null {
  const { chat, story, text } = situation;
  const numbers = itemNumbers(text);
  const masked = numbers.reduce((rest, one) => rest.replaceAll(new RegExp(one, 'gi'), '#'), text).toLowerCase();
  const fitting = TOOLS.filter(({ name, asks }) => asks.test(masked) && chat.tools.some((tool) => tool.name === name));
  const isJoined = /\band\b|,|&|\bplus\b/.test(masked);
  const names = (isJoined ? fitting : fitting.slice(0, 1)).map(({ name }) => name);
  const isPointed =
    (words.refersBack(text) || placedItems(text, story).length > 0) &&
    (isItem(story.focus) || story.lastList.length > 0 || story.inView.itemNumber !== null);
  if (names.length === 0 && (numbers.length > 0 || (isPointed && headTopic(text, chat) === null))) names.push(DETAILS);
  const tools = names.flatMap((name) => chat.tools.find((tool) => tool.name === name) ?? []);
  if (tools.length === 0) return null;

  const items = numbers.length > 0 ? numbers : findItem(situation, text);
  if (!Array.isArray(items)) return items as ModelAnswer;
  if (/\b(?:why|should|best|recommend)\b/i.test(text))
    return say(report.cannot('I can only say what is on record, not why, or what to do.', ''));
  // No tool lists the scope of a change order, but its page does.
  const orders = items.filter(
    (item: string) => kindOfNumber(item) === 'ChangeOrder' && names[0] === 'analyze_change_impact',
  );
  if (orders.length > 0 && chat.tools.some(({ name }) => name === DETAILS))
    return showScope(situation, orders[0] ?? '');
  const calls = tools.flatMap((tool) => items.map((item: string) => callFor(tool, item, text)));
  const missing = calls.filter((one) => stepOf(story, one) === undefined);
  if (missing.length > 0) return call(...missing);
  const steps = calls.flatMap((one) => stepOf(story, one) ?? []);
  const [step] = steps;
  const entity =
    items.length === 1 && step?.outcome.kind === 'value' ? findEntities(step.call.name, step.outcome.value)[0] : null;
  const way = entity && step ? offerFor(situation, entity, step.call.name) : null;
  return way ?? say(`${notUnderstood(text, steps)}${report.reportSteps(steps, text)}`);
}

function showScope(situation: Situation, number: string): ModelAnswer {
  const details = { name: DETAILS, args: { itemNumber: number } };
  const step = stepOf(situation.story, details);
  if (step === undefined) return call(details);
  const entity = step.outcome.kind === 'value' ? findEntities(DETAILS, step.outcome.value)[0] : undefined;
  const way = entity && offerFor(situation, entity, 'affected-items');
  const note =
    'My tools do not list the items in the scope of a change order. Its page shows them under **Affected items**.';
  return way ?? say(`${note}\n\n${report.reportSteps([step], `details of ${number}`)}`);
}

/** Words of a question about details that the record doesn't contain. */
function notUnderstood(text: string, steps: readonly StoryStep[]): string {
  if (steps.some((step) => step.call.name !== DETAILS || step.outcome.kind !== 'value')) return '';
  const rest = withoutProperties(words.withoutMentions(words.stripPoliteness(text)).replace(NOT_A_NAME, ' '));
  return caveat(
    words.contentWords(rest),
    steps.map((step) => valueOfStep(step) ?? {}),
  );
}

/** Item numbers and ids in a sentence, without the numbers of RFPs and incidents. */
export const itemNumbers = (text: string): readonly string[] => [
  ...words.findNumbers(text).filter((number) => !/^(?:Rfp|Incident)$/.test(kindOfNumber(number) ?? '')),
  ...words.findIds(text),
];

/** The item that the words refer to, as tools take it; otherwise a lookup or a question. */
export function findItem({ chat, story, text }: Situation, named: string): readonly string[] | ModelAnswer {
  const placed = placedItems(named, story);
  if (placed.length > 0) return placed;
  const [quoted] = words.findQuotes(named);
  const query =
    quoted ?? words.contentWords(withoutProperties(words.withoutMentions(named).replace(NOT_A_NAME, ' '))).join(' ');
  const isPointed = query === '' || (quoted === undefined && words.refersBack(named));
  const spoken = isItem(story.focus) ? referenceOf(story.focus) : null;
  const seen = story.inView.itemNumber;
  const focus = /\bthis\b/i.test(named) ? (seen ?? spoken) : (spoken ?? seen);
  if (isPointed && focus !== null) return [focus];
  const unclear = UNCLEAR.exec(query)?.[0];
  if (unclear !== undefined) return say(report.cannot(`I don't understand “${unclear}” in this question.`, ''));
  if (query === '' || !chat.tools.some((tool) => tool.name === 'search_items')) return say(report.ASK_ITEM);

  const search = { name: 'search_items', args: { query } };
  const step = stepOf(story, search);
  if (step === undefined) return call(search);
  if (step.outcome.kind !== 'value') return say(report.reportSteps([step], text));
  const candidates = findEntities(search.name, step.outcome.value).filter(isItem);
  const exact = candidates.filter((one) => isCalled(one, query));
  const [only, second] = exact.length > 0 ? exact : candidates;
  if (only === undefined) return say(report.notFound('item', query));
  return second === undefined ? [referenceOf(only) ?? query] : say(report.askWhich(query, candidates));
}

/** "the second one", "both of them". */
function placedItems(text: string, story: Story): readonly string[] {
  const list = story.lastList.filter(isItem).map((entity) => referenceOf(entity) ?? '');
  if (list.length < 2) return [];
  const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];
  const place = ordinals.findIndex((one) => new RegExp(`\\b${one}\\b`, 'i').test(text));
  const chosen = /\blast (?:one|item|part|result)\b/i.test(text) ? list.at(-1) : list[place];
  if (chosen !== undefined) return [chosen];
  return /\b(?:them|these|those|both)\b/i.test(text) && list.length <= ordinals.length ? list : [];
}

function callFor(tool: DemoTool, item: string, text: string): PlannedCall {
  const args: Record<string, unknown> = { itemId: item };
  if (tool.name === DETAILS) {
    delete args.itemId;
    args[words.findIds(item).length > 0 ? 'id' : 'itemNumber'] = item;
    const revision = /\brev(?:ision)?\.?\s+([A-Z]{1,2})\b/.exec(text)?.[1];
    if (revision !== undefined) args.revision = revision;
  }
  const levels = /\b(\d+)\s*-?\s*levels?\b|\bdepth (?:of )?(\d+)/i.exec(text);
  const isWhole = /\b(?:all levels|full|complete|whole|entire|multi-?level)\b/i.test(text);
  if (tool.name === 'get_bom' && (levels || isWhole))
    args.depth = levels ? Math.min(10, Number(levels[1] ?? levels[2])) : 10;
  const isBare = /\b(?:without|no|skip|ignore) documents?\b/i.test(text);
  if (tool.name === 'analyze_change_impact' && isBare) args.includeDocuments = false;
  return { name: tool.name, args };
}
