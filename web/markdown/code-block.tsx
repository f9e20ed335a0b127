// Code in an answer: what language it is, a button that copies it, and sideways scrolling of its own.
import { memo } from 'react';
import { CopyButton } from '../design/copy-button.tsx';

type CodeBlockProps = { code: string; language: string | null; title: string | null };

export const CodeBlock = memo(function CodeBlock({ code, language, title }: CodeBlockProps) {
  return (
    <figure className="m-0 min-w-0 overflow-hidden rounded-card border border-line-strong bg-code">
      <figcaption className="flex h-9 items-center justify-between border-b border-line ps-3 pe-1 text-meta text-muted touch:h-12">
        <span className="truncate font-mono">{title ?? language ?? 'text'}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and must do so by keyboard as well */}
      <pre tabIndex={0} className="overflow-x-auto p-3 font-mono text-small">
        <code>{code}</code>
      </pre>
    </figure>
  );
});
