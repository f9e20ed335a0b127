// A code block: language, copy button, horizontal scrolling, and syntax colors once the block is complete.
import { memo, useMemo } from 'react';
import { CopyButton } from '../design/controls/copy-button.tsx';
import { createLazy, useLazy } from './use-lazy.ts';

type CodeBlockProps = {
  code: string;
  /** What follows the opening fence. Its first word is the language. */
  info: string;
  /** The block is complete. Only then is it highlighted, so that colors don't flicker while it streams. */
  settled: boolean;
};

export const CodeBlock = memo(function CodeBlock({ code, info, settled }: CodeBlockProps) {
  const language = /^[^\s{]+/.exec(info)?.[0] ?? null;
  return (
    <figure className="m-0 min-w-0 overflow-hidden rounded-card border border-line-strong bg-code">
      <figcaption className="flex h-9 items-center justify-between border-b border-line ps-3 pe-1 text-meta text-muted touch:h-12">
        <span className="truncate font-mono">{info === '' ? 'text' : info}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and must do so by keyboard as well */}
      <pre dir="ltr" tabIndex={0} className="overflow-x-auto p-3 font-mono text-small -outline-offset-2">
        <code>
          <Code code={code} language={language} settled={settled} />
        </code>
      </pre>
    </figure>
  );
});

type CodeProps = { code: string; language: string | null; settled: boolean };

function Code({ code, language, settled }: CodeProps) {
  const tokens = useHighlight(code, language, settled);
  return useMemo(() => {
    if (tokens === null) return code;
    return tokens.map((token, at) =>
      token.className === undefined ? (
        token.value
      ) : (
        // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of settled code never move
        <span key={at} className={`code-${token.className}`}>
          {token.value}
        </span>
      ),
    );
  }, [tokens, code]);
}

/** Longer code isn't highlighted, because it would block the page. */
const MAX_CHARS = 40_000;

const HIGHLIGHTER = createLazy(() => import('@tanstack/highlight'));

type CodeToken = { readonly value: string; readonly className?: string };

/** Null while the code is shown without colors: still streaming, unknown language, too long, or not loaded. */
function useHighlight(code: string, language: string | null, settled: boolean): readonly CodeToken[] | null {
  const highlighter = useLazy(HIGHLIGHTER, settled && language !== null && code.length <= MAX_CHARS);
  return useMemo(
    () => (highlighter === null || language === null ? null : highlighter.tokenize(code, { lang: language }).tokens),
    [highlighter, code, language],
  );
}
