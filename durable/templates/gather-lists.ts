// Lists of rows in a draft: bounded, so that the largest project still fits a prompt, and cut aloud.
import type { Source } from './draft.ts';

/** Characters of all rows together. What a model is sent of a conversation is not much more. */
const MAX_CHARS = 72_000;

export type Listed = { readonly sources: readonly Source[]; readonly notes: readonly string[] };

/** "40 of 400 crew are given here; 360 were left out." */
export const cutNote = (what: string, shown: number, total: number): string[] =>
  total > shown
    ? [`Of ${total} ${what} only the first ${shown} are among the sources; ${total - shown} were left out.`]
    : [];

export const notForRole = (what: string, permission: string): string =>
  `${what} not shown to this person's role (it lacks ${permission}): that is not the same as missing from the record.`;

/** Takes rows in their order until the prompt is full, and says how many of each kind were left out. */
export function fitToPrompt({ sources, notes }: Listed): Listed {
  const kept: Source[] = [];
  const dropped = new Map<string, number>();
  let chars = 0;
  for (const source of sources) {
    const size = JSON.stringify(source.facts).length;
    if (chars + size > MAX_CHARS) dropped.set(source.kind, (dropped.get(source.kind) ?? 0) + 1);
    else {
      kept.push(source);
      chars += size;
    }
  }
  const cut = [...dropped].map(
    ([kind, count]) => `${count} more ${kind.toLowerCase()} rows were left out, because there was no more room.`,
  );
  return { sources: kept, notes: [...notes, ...cut] };
}
