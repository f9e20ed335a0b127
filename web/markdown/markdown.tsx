// Model text as elements. Settled blocks keep their nodes; while text streams only the last block is parsed again.

import { streamingMarkdownExtension } from '@tanstack/markdown/extensions/streaming';
import { parseMarkdown } from '@tanstack/markdown/parser';
import { memo, useMemo } from 'react';
import { healTail } from './heal-tail.ts';
import { renderBlocks } from './render-nodes.tsx';
import { splitBlocks } from './split-blocks.ts';

const PARSE_OPTIONS = { allowHtml: false, frontmatter: false, headingIds: false } as const;
const STREAMING_OPTIONS = { ...PARSE_OPTIONS, extensions: [streamingMarkdownExtension()] };

export const Markdown = memo(function Markdown({ text, streaming }: { text: string; streaming: boolean }) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  return (
    <div className="flex min-w-0 flex-col gap-3 break-words [&>:first-child]:mt-0">
      {blocks.map((block, index) => (
        <MarkdownBlock
          key={block.start}
          source={block.source}
          tail={streaming && index === blocks.length - 1}
          openFence={block.openFence}
        />
      ))}
    </div>
  );
});

const MarkdownBlock = memo(function MarkdownBlock({
  source,
  tail,
  openFence,
}: {
  source: string;
  tail: boolean;
  openFence: boolean;
}) {
  const document = tail
    ? parseMarkdown(healTail(source, openFence), STREAMING_OPTIONS)
    : parseMarkdown(source, PARSE_OPTIONS);
  return <>{renderBlocks(document.children, { growing: tail })}</>;
});
