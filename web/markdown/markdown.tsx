// Renders model text. Complete blocks keep their DOM nodes; while text streams only the last block is parsed again.
import { memo, useState } from 'react';
import type { Block, Inline } from './parse/nodes.ts';
import { AnswerReader } from './parse/read-answer.ts';
import { renderBlocks } from './render-nodes.tsx';

export const Markdown = memo(function Markdown({ text, streaming }: { text: string; streaming: boolean }) {
  const [reader] = useState(() => new AnswerReader());
  return (
    <div className="flex min-w-0 flex-col gap-3 break-words [&>:first-child]:mt-0">
      {reader.read(text, streaming).map((block) => (
        <MarkdownBlock key={block.start} nodes={block.nodes} isGrowing={block.isGrowing} />
      ))}
    </div>
  );
});

const MarkdownBlock = memo(function MarkdownBlock({
  nodes,
  isGrowing,
}: {
  nodes: readonly Block<Inline[]>[];
  isGrowing: boolean;
}) {
  return <>{renderBlocks(nodes, isGrowing)}</>;
});
