// Finds the name or code of a design, program or project in a sentence.
import { cutName } from './values.ts';
import { findCodes, findIds, findQuotes, spaced } from './words.ts';

const PREPOSITIONS = 'in|into|for|of|to|under|on|from|at|with|within';
const NOT_A_NAME = /^(?:this|that|the|a|an|same|current|which|every|each|all|new|is|are)\b/i;

/** The name beside its noun, "design Gripper Arm" or "the Gripper Arm design", or a code; null when none is named. */
export function nameOfPlace(kind: string, asked: string): string | null {
  const noun = spaced(kind);
  // "Show me …" orders; it names no show.
  const text = kind === 'show' ? asked.replace(/^(?:please\s+)?show\b(?! ["“])/i, ' ') : asked;
  const after = new RegExp(
    `\\b${noun}\\b:?\\s+(?!${noun}\\b|${PREPOSITIONS.replaceAll('|', '\\b|')}\\b|is\\b|are\\b|and\\b|called\\b|named\\b|session\\b|workspace\\b|together\\b|about\\b)(\\S.*)`,
    'is',
  ).exec(text)?.[1];
  const found = (after === undefined ? null : nameAtStart(after)) ?? nameBefore(noun, text);
  if (found !== null) return findCodes(found)[0] ?? findIds(found)[0] ?? found;
  if (kind !== 'project') return kind === 'show' ? null : codeAlone(kind, text);
  const [code] = findCodes(text);
  return nameAtEnd(text) ?? (code === undefined || /^(?:RFP|INC|W)-/.test(code) ? nounAtEnd(text) : code);
}

function nameAtStart(text: string): string | null {
  if (/^["“`'„«]/.test(text)) return findQuotes(text)[0] ?? null;
  const code = /^[A-Z0-9][A-Z0-9-]+(?=[\s.,;:!?]|$)/.exec(text)?.[0];
  return code ?? (NOT_A_NAME.test(text) ? null : cutName(text));
}

function nameBefore(noun: string, text: string): string | null {
  const name = new RegExp(
    `\\b(?:${PREPOSITIONS})\\s+(?:the\\s+)?((?:(?!\\b(?:${PREPOSITIONS})\\b)[\\p{L}\\p{N} &.'"“”-])+?)\\s+${noun}\\b`,
    'iu',
  ).exec(text)?.[1];
  return name === undefined || NOT_A_NAME.test(name) ? null : name.replace(/["“”]/g, '').trim();
}

/** "the crew of Summer Tour": a capitalised name at the end, without its noun. */
function nameAtEnd(text: string): string | null {
  const name = new RegExp(
    `\\b(?:${PREPOSITIONS}|about)\\s+(?:the\\s+)?(\\p{Lu}[\\p{L}\\p{N}'&.-]*(?:\\s+[\\p{Lu}\\p{N}][\\p{L}\\p{N}'&.-]*)*)[?.!\\s]*$`,
    'u',
  );
  return name.exec(text)?.[1]?.replace(/[.?!]+$/, '') ?? null;
}

/** "the critical path of the festival": a thing that is called by what it is. */
function nounAtEnd(text: string): string | null {
  const noun = new RegExp(`\\b(?:${PREPOSITIONS})\\s+the\\s+(\\p{Ll}{4,})[?.!\\s]*$`, 'u').exec(text)?.[1];
  return noun === undefined || NO_PROJECT.test(noun) ? null : noun;
}

const NO_PROJECT =
  /^(?:show|shows|project|projects|crew|schedule|team|week|weekend|month|year|moment|list|record|file|phone|venue|city|road|site|stage|house)$/;

/** A code with no noun beside it names a design, unless the sentence speaks of programs. */
function codeAlone(kind: string, text: string): string | null {
  const [code] = findCodes(text);
  if (code === undefined) return null;
  if (kind === 'design') return /\bprogram\b/i.test(text) ? null : code;
  return kind === 'program' && !/\bdesign\b/i.test(text) ? code : null;
}
