// Which words ask for which tool of live production. They come after the others: "the crew of the Denver show" is about
// crew, so that shows come last.
import type { Intent } from './intents.ts';

const asks = (id: string, tool: RegExp, words: RegExp): Intent => ({ id, tool, words, about: 'nothing', joins: true });

export const PRODUCTION_INTENTS: readonly Intent[] = [
  asks('incidents', /^list_incidents/, /\b(?:incidents?|accidents?|near[- ]miss(?:es)?|injur\w+|osha)\b/),
  asks(
    'schedule',
    /^get_schedule/,
    /\b(?:schedules?|timeline|gantt|critical path|float|slack|activit(?:y|ies)|milestones?)\b/,
  ),
  asks('rfps', /^list_rfps/, /\b(?:rfps?|requests? for proposals?|proposals?|bids?|tenders?)\b/),
  asks(
    'deliverables',
    /^list_deliverables/,
    /\b(?:deliverables?|riders?|input lists?|(?:stage|rigging|lighting) plots?|permits?|run of show|guest lists?)\b/,
  ),
  asks(
    'crew',
    /^list_crew/,
    /\b(?:crew|staff|riggers?|engineers?|technicians?|stage managers?|call times?|day rates?|who(?:'s| is| are)? (?:working|on))\b/,
  ),
  asks('vendors', /^list_vendors/, /\b(?:vendors?|suppliers?|insurance|coi|w-?9s?|e-?mail|phone|contacts?(?! lens))\b/),
  asks(
    'shows',
    /^list_shows/,
    /\bshows\b|\b(?:the|which|what|next|last|our) (?:[\p{L}-]+ ){0,3}(?:show|gig|concert)\b|\b(?:load-?in|doors)\b/u,
  ),
];

/** "the e-mail of Green Fork": whose it is stands after "of", and is no project. */
export const ASKS_OF_SOMEBODY = /\b(?:e-?mail|phone|contact|insurance|coi|w-?9)\b[^.?]*\bof\b/i;

/** Words that ask for a property or a paper, and are no part of a name. */
export const ASKING_WORDS =
  /\b(?:e-?mails?|phones?|contacts?|insurance|insured|coi|w-?9s?|expired|expiring|missing|without|papers|working|works?|call times?|day rates?|rates?|coming|overdue|late|recordable|osha|load-?in|doors|starts?|begins?|ends?|local|people|team)\b/gi;
