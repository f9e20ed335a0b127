// Finds words in a sentence that can be looked up or passed on: numbers, ids, codes, quotes, words from a fixed list.

/** Numbers of records, such as PN-000059 or RFP-0003. */
const NUMBER = /\b(?:PN?|DOC|ECO|ECN|MCO|DEV|REQ|TSK|RFP|INC)-\d{2,12}\b/gi;
const ID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
/** Codes of designs, programs and projects: `KES-ARM`, `KESTREL`. */
const CODE = /\b[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+\b|\b[A-Z]{5,}\b/g;
const QUOTED =
  /"([^"\n]+)"|“([^”\n]+)”|„([^“”\n]+)[“”]|«([^»\n]+)»|`([^`\n]+)`|(?<![\p{L}\p{N}])'([^'\n]+)'(?![\p{L}\p{N}])/gu;

const POLITE =
  /^(?:(?:hi|hello|hey|ok|okay|well|so|now|then|and|also|please|pls|kindly|just|great|thanks|thank you|yes|perfect)[\s,!.:;-]+)+/i;
const ASKING =
  /^(?:(?:can|could|would|will) you(?: please)?|(?:i|we)(?:'d| would)? (?:want|like|need)(?: you)? to|i want you to|let'?s|let us|help me(?: to)?|go ahead and|try to|please)\s+/i;

/** Question words that name nothing. */
const STOP = new Set(
  `a an the this that these those it its they them their he she his her i me my mine we us our you your of in on at to for from by with
  and or yes no is are was were be been being am do does did done have has had having can could would should will shall may might must please
  what what's which who who's whom whose when when's where how many much there here all any some each every one ones another if so as into onto
  show list find search look looking get give tell display see view read fetch check pull up open go take bring s re ll d ve
  about details detail info information describe explain summarize summarise summary overview report called named titled name names
  number numbers currently current exist exists now again still really actually quickly want need know like made record records everything
  work works working made used using compare contain contains coming happening happens match matching kind kinds type types whole full complete our us today`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

export const findNumbers = (text: string): readonly string[] =>
  unique(text.match(NUMBER) ?? [], (n) => n.toUpperCase());
export const findIds = (text: string): readonly string[] => unique(text.match(ID) ?? [], (id) => id.toLowerCase());
/** None in a sentence in capital letters. */
export const findCodes = (text: string): readonly string[] =>
  /\p{Ll}/u.test(text) ? unique(text.replace(ID, ' ').replace(NUMBER, ' ').match(CODE) ?? []) : [];

export function findQuotes(text: string): readonly string[] {
  return [...text.matchAll(QUOTED)].map((match) => (match.slice(1).find((group) => group !== undefined) ?? '').trim());
}

/** The sentence without quotes, numbers and ids, so that words inside a name have no effect. */
export const withoutMentions = (text: string): string =>
  text.replace(QUOTED, ' ').replace(ID, ' ').replace(NUMBER, ' ');

/** The sentence without greetings and polite openings, so that it starts with the request. */
export function stripPoliteness(text: string): string {
  let rest = text.trim();
  for (;;) {
    const shorter = rest.replace(POLITE, '').replace(ASKING, '');
    if (shorter === rest) return rest;
    rest = shorter;
  }
}

/** The first word of the request, in lower case: `create`, `show`, `which`. */
export const leadWord = (text: string): string => /^[\p{L}']+/u.exec(stripPoliteness(text))?.[0].toLowerCase() ?? '';

/** Whether the sentence refers to something earlier. */
export const refersBack = (text: string): boolean =>
  /\b(?:it|its|this|that|these|those|them|they|the (?:part|document|requirement|task|item|eco|change order|assembly|same)|(?:first|second|third|fourth|fifth|last) (?:one|item|part|result))\b/i.test(
    withoutMentions(text),
  );

/** The words that remain without question words, plurals made singular. */
export function contentWords(text: string): readonly string[] {
  return text
    .split(/[^\p{L}\p{N}.\-/'’&]+/u)
    .map((word) => word.replace(/^[.\-/'’]+|[.\-/'’]+$/g, '').replace(/['’]s$/, ''))
    .filter((word) => word !== '' && !STOP.has(word.toLowerCase()));
}

/** `search_items` → `search items`, `itemNumber` → `item number`. */
export const spaced = (identifier: string): string =>
  identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();

/** Good enough to compare words; no grammar. */
export function singular(word: string): string {
  if (/(?:ss|us|is)$/.test(word)) return word;
  return word
    .replace(/([^aeiou])ies$/, '$1y')
    .replace(/(x|ch|sh|ss)es$/, '$1')
    .replace(/s$/, '');
}

export const plural = (noun: string): string => (noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`);
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const MAX_CELL = 120;

/** Rows contain other people's text: a cell must not end the table or start a link or a tag. */
export function cell(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return inline(line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1)}…` : line);
}

/** A sentence on one line, without anything that Markdown would interpret. */
export const inline = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\|`*_[\]<>]/g, '\\$&');

function unique(found: readonly string[], form: (text: string) => string = (text) => text): readonly string[] {
  return [...new Set(found.map(form))];
}
