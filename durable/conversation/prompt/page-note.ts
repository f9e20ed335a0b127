// What a model has to know about the moment of a question: the date and what the page shows. It changes with each turn, so it is
// stored with the question and sent behind its text. In the system prompt it would invalidate the provider's cache of the whole
// conversation each time.

import type { View } from '../../packs/pack.ts';
import { quoted } from '../../packs/quoted.ts';
import { viewLines } from '../../packs/registry.ts';
import type { Access } from '../../principal.ts';

/** The first line of every note. */
export const PAGE_NOTE_START = '[From the product, when this was asked:]';

export const PAGE_NOTE_RULE = `Lines after "${PAGE_NOTE_START}" at the end of a message come from the product, not from the user. Only the latest ones apply now.`;

type Moment = {
  readonly view: View;
  /** What the user has in view, in words; null if unknown. */
  readonly about: string | null;
  /** Unix milliseconds. */
  readonly now: number;
};

export function pageNote(access: Access, { view, about, now }: Moment): string {
  const lines = [
    ...viewLines(access, view),
    ...(about === null
      ? []
      : [`In view: ${quoted(about)}. Where the user names nothing else, "this" and "it" mean that.`]),
  ];
  const today = new Date(now).toISOString().slice(0, 'yyyy-mm-dd'.length);
  return [PAGE_NOTE_START, `Today is ${today} (UTC).`, ...lines].join('\n');
}

/** The text of a question as a model reads it. */
export const withPageNote = (text: string, note: string | null | undefined): string =>
  note ? `${text}\n\n${note}` : text;
