// Finds the words that become a name, a description or a search, which depends on what is to be done.
import { type Filling, mainItem } from './filling.ts';
import { ASKING_WORDS } from './production-intents.ts';
import { readParameters } from './schema.ts';
import { leftover } from './subjects.ts';
import { cutName, readAfter, readChoice, readName, readNewName, readPurpose } from './values.ts';
import { capitalised, findItemNumbers, findQuotes, singular, spaced, stripPoliteness } from './words.ts';

const STATE_WORDS =
  /\b(?:in review|in progress|to do|draft|released|approved|obsolete|superseded|rejected|proposed|verified|implemented|backlog|done|open|active|archived|on hold|paused|completed?|cancelled|coming up|upcoming|next)\b/gi;
const ITEM_NOUN =
  /\b(?:part|document|requirement|task|item)s?\b:?\s+(?!in\b|for\b|to\b|with\b|under\b|of\b|and\b)(.+)/is;

export function nameFor(filling: Filling): string | undefined {
  const { intent, items, text } = filling;
  if (intent.id === 'update') return readNewName(text) ?? undefined;
  const name = readName(text);
  if (name !== null) return name;
  if (intent.id === 'create-item') return nameOfNewItem(text);
  if (intent.id !== 'change-order') return undefined;
  const purpose = readPurpose(stripPoliteness(text));
  if (purpose !== null) return purpose.split(/[,;]/)[0];
  return items.length === 0 ? undefined : `Change ${items.map((item) => item.number ?? item.name).join(', ')}`;
}

/** "a task to inspect the arm" is called "Inspect the arm"; "a part Motor Assembly in …" is called as it says. */
function nameOfNewItem(text: string): string | undefined {
  const purpose = /\btask\b.*?\bto\s+(.+)/is.exec(text)?.[1];
  const words = ITEM_NOUN.exec(text)?.[1] ?? purpose;
  const name = words === undefined ? null : cutName(words);
  if (name === null) return undefined;
  return purpose === undefined ? name : capitalised(name);
}

export function descriptionFor(filling: Filling): string | undefined {
  const { intent, text } = filling;
  const said = readAfter(text, /\b(?:description|described as|describe it as)\b:?/);
  if (said !== null || intent.id !== 'collaborate') return said ?? undefined;
  return readName(text) ?? readAfter(text, /\babout\b/) ?? readPurpose(stripPoliteness(text)) ?? text.trim();
}

/** What a new item or a search is of: the type that is named before the name begins. */
export function itemTypeFor(filling: Filling, choices: readonly string[]): string | undefined {
  const item = mainItem(filling);
  if (filling.intent.about !== 'nothing' && item?.type != null) return item.type;
  const beforeName = filling.text.split(/\b(?:called|named|titled)\b/i)[0] ?? '';
  const words = beforeName.replace(/"[^"]*"|“[^”]*”/g, ' ');
  return readChoice(words, choices) ?? (filling.intent.id === 'create-item' ? 'Part' : undefined);
}

export function searchFor(filling: Filling): string | undefined {
  const [quoted] = findQuotes(filling.text);
  const [number] = findItemNumbers(filling.text);
  // A schedule is asked for whole.
  if (/^get_/.test(filling.tool.name)) return undefined;
  const own = new Set(spaced(filling.tool.name).split(' ').map(singular));
  const places = Object.entries(filling.places).filter(([, place]) => place !== null);
  let text = filling.text
    .replace(STATE_WORDS, ' ')
    .replace(/\b(?:in|of|for|from|under|within)\s+(?:the\s+)?(?:design|program|project)\s+.+$/i, ' ');
  for (const [kind, place] of places) {
    text = text.replace(new RegExp(escaped(place?.name ?? place?.number ?? ''), 'gi'), ' ');
    if (kind !== 'project' && kind !== 'show') continue;
    // "the festival" is the Harborlight Festival.
    for (const word of (place?.name ?? '').split(/[^\p{L}]+/u))
      text = text.replace(new RegExp(`\\b${escaped(word)}\\b`, 'gi'), ' ');
  }
  if (/^list_/.test(filling.tool.name)) {
    text = text.replace(ASKING_WORDS, ' ');
    // What another argument says already is not searched for as well.
    for (const { name, choices } of readParameters(filling.tool)) {
      const said = name === 'query' ? null : readChoice(text, choices);
      if (said !== null) text = text.replace(new RegExp(`\\b${escaped(spaced(said))}\\b`, 'gi'), ' ');
    }
  }
  const words = leftover(text.replace(/\b(?:top|first|last|only|limit|at most|up to)\s+\d+\b/gi, ' '))
    .split(' ')
    .filter((word) => !own.has(singular(word.toLowerCase())))
    .map((word) => singular(word));
  const query = quoted ?? number ?? words.join(' ');
  return query === '' ? undefined : query;
}

function escaped(text: string): string {
  return text === '' ? '(?!)' : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
