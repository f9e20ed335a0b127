// Finds in a sentence what an argument can be made of: numbers of items, ids, quotes, the verb that leads it.

const ITEM_NUMBER = /\b(?:PN?|DOC|ECO|ECN|MCO|DEV|REQ|TSK|TASK)-\d{2,9}\b/gi;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
/** Codes of programs and designs: capitals and digits in groups, `ORION-2`, `ARM-GRIPPER`. */
const CODE = /\b[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+\b/g;
const QUOTED =
  /"([^"\n]+)"|“([^”\n]+)”|„([^“”\n]+)[“”]|«([^»\n]+)»|`([^`\n]+)`|(?<![\p{L}\p{N}])'([^'\n]+)'(?![\p{L}\p{N}])/gu;

const POLITE =
  /^(?:(?:hi|hello|hey|ok|okay|well|so|now|then|and|also|please|pls|kindly|just|great|thanks|thank you|yes|perfect)[\s,!.:;-]+)+/i;
const ASKING =
  /^(?:(?:can|could|would|will) you(?: please)?|(?:i|we)(?:'d| would)? (?:want|like|need)(?: you)? to|i want you to|let'?s|let us|help me(?: to)?|go ahead and|try to|please)\s+/i;

export function findItemNumbers(text: string): readonly string[] {
  return [...new Set([...text.matchAll(ITEM_NUMBER)].map(([number]) => number.toUpperCase()))];
}

export function findIds(text: string): readonly string[] {
  return [...new Set([...text.matchAll(UUID)].map(([id]) => id.toLowerCase()))];
}

export function findCodes(text: string): readonly string[] {
  const items = findItemNumbers(text);
  const bare = text.replace(UUID, ' ');
  return [...new Set([...bare.matchAll(CODE)].map(([code]) => code))].filter(
    (code) => !items.includes(code.toUpperCase()),
  );
}

export function findQuotes(text: string): readonly string[] {
  return [...text.matchAll(QUOTED)].map((match) => (match.slice(1).find((group) => group !== undefined) ?? '').trim());
}

/** The sentence without greetings and polite openings, so that it begins with what it asks for. */
export function stripPoliteness(text: string): string {
  let rest = text.trim();
  for (;;) {
    const shorter = rest.replace(POLITE, '').replace(ASKING, '');
    if (shorter === rest) return rest;
    rest = shorter;
  }
}

/** The first word of what is asked, in lower case: `create`, `show`, `which`, … */
export function leadWord(text: string): string {
  return /^[\p{L}']+/u.exec(stripPoliteness(text))?.[0].toLowerCase() ?? '';
}

/** The sentence without quotes, numbers and ids: what is left to tell what is wanted. */
export function withoutMentions(text: string): string {
  return text.replace(QUOTED, ' ').replace(UUID, ' ').replace(ITEM_NUMBER, ' ');
}

/** Whether the sentence points at something that was spoken of before. */
export function refersBack(words: string): boolean {
  return /\b(?:it|its|this|that|these|those|them|they|he|she|the (?:part|document|requirement|task|item|eco|change order|assembly|same)|(?:first|second|third|fourth|fifth|last) (?:one|item|part|result))\b/i.test(
    words,
  );
}

/** `search_items` → `search items`, `itemNumber` → `item number`. */
export function spaced(identifier: string): string {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
}

/** `requirements` → `requirement`, `assemblies` → `assembly`: enough to compare words, not grammar. */
export function singular(word: string): string {
  if (/(?:ss|us|is)$/.test(word)) return word;
  return word
    .replace(/([^aeiou])ies$/, '$1y')
    .replace(/(x|ch|sh|ss)es$/, '$1')
    .replace(/s$/, '');
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
