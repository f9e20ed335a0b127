// Chooses the tools that a sentence asks for, among those that the request carries.
import type { DemoTool } from './chat.ts';
import { INTENTS, type Intent } from './intents.ts';
import { PRODUCTION_INTENTS } from './production-intents.ts';
import {
  findIds,
  findItemNumbers,
  leadWord,
  refersBack,
  singular,
  spaced,
  stripPoliteness,
  withoutMentions,
} from './words.ts';

export type Choice = { readonly tool: DemoTool; readonly intent: Intent };

/** Verbs that open a question or an order; they say nothing of what it is about. */
const VERBS = new Set(
  'search list get find show offer create update transition analyze initiate add make set change which what who when where how give tell see look'.split(
    ' ',
  ),
);
const WRITES = /^(?:create|update|delete|transition|initiate|add|remove|set|send|approve)_/;

/** The tools to call for it, several when it asks for several things at once; none when no tool fits. */
export function chooseTools(
  text: string,
  tools: readonly DemoTool[],
  about: { readonly hasFocus: boolean },
): readonly Choice[] {
  const lead = leadWord(text);
  const words = mask(stripPoliteness(text)).toLowerCase();
  const items = findItemNumbers(text).length + findIds(text).length;
  const fitting = [...INTENTS, ...PRODUCTION_INTENTS].flatMap((intent): Choice[] => {
    const tool = tools.find((candidate) => intent.tool.test(candidate.name));
    return tool !== undefined && fits(intent) ? [{ tool, intent }] : [];
  });
  const [first] = fitting;
  if (first === undefined) return guessByNames(words, tools);
  if (first.intent.joins !== true) return [first];
  return /\band\b|,|;|&|\bplus\b|\bas well as\b/.test(words)
    ? fitting.filter((choice) => joinsWith(first, choice))
    : [first];

  function fits(intent: Intent): boolean {
    if (intent.lead !== undefined && !intent.lead.test(lead)) return false;
    if (items < (intent.minItems ?? 0)) return false;
    if (intent.about === 'item' && items === 0 && !about.hasFocus) return false;
    if (
      intent.id === 'details' &&
      items === 0 &&
      !refersBack(words) &&
      !/\babout\b|\bdetails?\b|\bof\b|\bis the\b/.test(words)
    )
      return false;
    return intent.words.test(words) && intent.not?.test(words) !== true;
  }
}

/** Reads of the same things; details of an item say nothing new beside a search. */
function joinsWith(first: Choice, other: Choice): boolean {
  if (other.intent.joins !== true) return false;
  return other === first || first.intent.about === other.intent.about;
}

/** Mentions become `#`, so that words inside a name choose no tool. */
function mask(text: string): string {
  const bare = withoutMentions(text);
  return findItemNumbers(text).length + findIds(text).length > 0 && bare.trim() === '' ? '#' : maskNumbers(text);
}

function maskNumbers(text: string): string {
  let masked = text;
  for (const mention of [...findItemNumbers(text), ...findIds(text)])
    masked = masked.replaceAll(new RegExp(mention, 'gi'), '#');
  return masked.replace(/"[^"]*"|“[^”]*”|`[^`]*`/g, ' ');
}

/** For tools that no row speaks of: the noun of the tool's name has to stand in the sentence. Reads only. */
function guessByNames(words: string, tools: readonly DemoTool[]): readonly Choice[] {
  const asked = words.replace(/^(?:show|tell|give)\b(?: me| us)?/, '');
  const said = new Set(asked.split(/[^\p{L}]+/u).map(singular));
  const scored = tools
    .filter((tool) => !WRITES.test(tool.name) && !/navigat/.test(tool.name))
    .map((tool) => ({ tool, score: score(tool, said) }))
    .filter(({ score: points }) => points > 0)
    .sort((a, b) => b.score - a.score);
  const [best] = scored;
  if (best === undefined) return [];
  const intent: Intent = { id: best.tool.name, tool: /^/, words: /^/, about: 'nothing' };
  return [{ tool: best.tool, intent }];
}

function score(tool: DemoTool, said: ReadonlySet<string>): number {
  const nouns = spaced(tool.name)
    .split(' ')
    .filter((word) => !VERBS.has(word))
    .map(singular);
  const named = nouns.filter((noun) => said.has(noun)).length;
  if (named === 0) return 0;
  const described = new Set(
    tool.description
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .map(singular),
  );
  const shared = [...said].filter((word) => word.length > 3 && described.has(word)).length;
  const single = /^(?:about|details?|describe)$/;
  const kind = /^get_/.test(tool.name) === [...said].some((word) => single.test(word)) ? 0.5 : 0;
  return named * 10 + kind + Math.min(shared, 5);
}
