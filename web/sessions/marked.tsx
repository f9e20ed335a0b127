// A text in which what was searched for is marked.
import { markMatches } from './mark-matches.ts';

export function Marked({ text, query }: { text: string; query: string }) {
  return markMatches(text, query).map((part, at) =>
    part.isMatch ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <mark key={at} className="rounded-[2px] bg-tint text-accent-strong">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}
