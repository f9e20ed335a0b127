// Finds what a sentence is about: items named by number, by id, by name, by place in a list, or by "it".

import { type Entity, itemByNumber } from './entities.ts';
import type { Intent } from './intents.ts';
import type { Story } from './story.ts';
import { findCodes, findIds, findItemNumbers, findQuotes, refersBack, withoutMentions } from './words.ts';

/** Either known by number or id, or a name that a search has to find. */
export type Subject =
  | { readonly kind: 'known'; readonly entity: Entity }
  | { readonly kind: 'sought'; readonly query: string };

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const MAX_TOGETHER = 5;
const STOP = new Set(
  `a an the this that these those it its they them their he she his her i me my mine we us our you your of in on at to for from by with without
  and or not no is are was were be been being am do does did done have has had having can could would should will shall may might must please
  what which who whom whose when where why how many much there here all any some each every none one ones other another more most only just also
  show list find search look looking get give tell display see view read fetch check pull up open go navigate take bring jump visit
  create add make new edit update change changing set rename modify move transition put send mark release approve reject submit cancel close complete finish start
  about details detail info information describe explain details called named titled if then than so as into onto over under out off via using
  parts part documents document requirements requirement tasks task items item change orders order eco ecos ecn mco deviation drawing drawings
  bom boms bill bills materials material components component children structure breakdown contain contains consist consists made inside
  used use uses using where-used parents parent assemblies assembly impact impacts affect affects affected risk risks analyze analyse analysis happens happen happened breaks would
  heavy weight weigh weighs mass cost costs price expensive state status revision rev owner assigned assignee responsible due priority description type supplier
  program programs design designs project projects number name names level levels deep depth full complete whole top latest current currently exist exists
  page tab button me us now again still really actually quickly want need know like contents history date dates`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

export function findSubjects(text: string, story: Story, intent: Intent): readonly Subject[] {
  const named = namedSubjects(text, story);
  if (named.length > 0) return named;
  const placed = placedSubjects(text, story);
  if (placed.length > 0) return placed;
  const [quoted] = findQuotes(text);
  const query = quoted ?? leftover(text);
  const known = query === '' ? undefined : story.entities.findLast((entity) => sameName(entity, query));
  if (known !== undefined && known.kind === 'item') return [{ kind: 'known', entity: known }];
  const pointed = refersBack(withoutMentions(text)) || query === '';
  if (pointed && story.focus !== null && quoted === undefined) return [{ kind: 'known', entity: story.focus }];
  return query === '' || intent.about === 'item' ? [] : [{ kind: 'sought', query }];
}

export function namedSubjects(text: string, story: Story): readonly Subject[] {
  const numbers = findItemNumbers(text).map((number) => knownByNumber(number, story));
  const ids = findIds(text).map((id) => story.entities.find((entity) => entity.id === id) ?? itemById(id));
  return [...numbers, ...ids].map((entity) => ({ kind: 'known', entity }));
}

function knownByNumber(number: string, story: Story): Entity {
  return story.entities.find((entity) => entity.number?.toUpperCase() === number) ?? itemByNumber(number);
}

/** "the second one", "both of them". */
function placedSubjects(text: string, story: Story): readonly Subject[] {
  const list = story.lastList.filter((entity) => entity.kind === 'item');
  if (list.length < 2) return [];
  const words = text.toLowerCase();
  const place = ORDINALS.findIndex((ordinal) => new RegExp(`\\b${ordinal}( one| item| part| result)?\\b`).test(words));
  const chosen = /\blast (?:one|item|part|result)\b/.test(words) ? list.at(-1) : list[place];
  if (chosen !== undefined) return [{ kind: 'known', entity: chosen }];
  const together = /\b(?:them|these|those|they|both)\b/.test(words) && list.length <= MAX_TOGETHER;
  return together ? list.map((entity) => ({ kind: 'known', entity })) : [];
}

/** "this" is what is in view; "it", or no item at all, where nothing was spoken of before. */
export function meansWhatIsInView(text: string, { isSpokenOf }: { isSpokenOf: boolean }): boolean {
  if (/\bthis\b/i.test(text)) return true;
  return !isSpokenOf && (refersBack(withoutMentions(text)) || leftover(text) === '');
}

/** The words that carry a name, once everything that only asks is taken out. */
export function leftover(text: string): string {
  const codes = new Set(findCodes(text));
  return withoutMentions(text)
    .split(/[^\p{L}\p{N}.\-/]+/u)
    .map((word) => word.replace(/^[.\-/]+|[.\-/]+$/g, ''))
    .filter((word) => word !== '' && !STOP.has(word.toLowerCase()) && !codes.has(word))
    .join(' ');
}

export function sameName(entity: Entity, query: string): boolean {
  return entity.name !== null && entity.name.toLowerCase() === query.toLowerCase();
}

function itemById(id: string): Entity {
  return { id, number: null, name: null, type: null, kind: 'item', fields: {} };
}
