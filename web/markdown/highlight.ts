// Colours for code, loaded when the first block of it is complete. Until then, and for a language that is not known, code
// stands as it is.
import { useEffect, useMemo, useState } from 'react';

type Tokenize = (code: string, language: string) => readonly CodeToken[];
export type CodeToken = { readonly value: string; readonly className?: string };

/** Longer code than this is read elsewhere, and would hold up the page. */
const MAX_CHARS = 40_000;

let tokenize: Tokenize | null = null;
let loading: Promise<void> | null = null;

function load(): Promise<void> {
  loading ??= import('@tanstack/highlight').then((library) => {
    tokenize = (code, language) => library.tokenize(code, { lang: language }).tokens;
  });
  return loading;
}

/** Null where the code stands as it is. */
export function useHighlight(code: string, language: string | null, settled: boolean): readonly CodeToken[] | null {
  const [, setLoaded] = useState(tokenize !== null);
  const wanted = settled && language !== null && code.length <= MAX_CHARS;
  useEffect(() => {
    if (!wanted || tokenize !== null) return;
    let isCurrent = true;
    load().then(
      () => isCurrent && setLoaded(true),
      // Without colours code reads as well; the next block asks again.
      () => {
        loading = null;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [wanted]);
  const tokens = wanted ? tokenize : null;
  return useMemo(
    () => (tokens === null || language === null ? null : tokens(code, language)),
    [tokens, code, language],
  );
}
