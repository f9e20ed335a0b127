// Code in an answer: what language it is, a button that copies it, and sideways scrolling of its own.
import { memo, useMemo } from 'react';
import { CopyButton } from '../design/copy-button.tsx';
import { useHighlight } from './highlight.ts';

type CodeBlockProps = {
  code: string;
  language: string | null;
  title: string | null;
  /** Nothing more comes; colours are given only then, so that they do not flicker while code streams. */
  settled: boolean;
};

export const CodeBlock = memo(function CodeBlock({ code, language, title, settled }: CodeBlockProps) {
  return (
    <figure className="m-0 min-w-0 overflow-hidden rounded-card border border-line-strong bg-code">
      <figcaption className="flex h-9 items-center justify-between border-b border-line ps-3 pe-1 text-meta text-muted touch:h-12">
        <span className="truncate font-mono">{title ?? language ?? 'text'}</span>
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

function Code({ code, language, settled }: Omit<CodeBlockProps, 'title'>) {
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
