// Renders model text. Complete blocks keep their DOM nodes; while text streams only the last block is parsed again.
import { memo, useState } from 'react';
import { type Above, aboveAfter, createHeadingLevels, NOTHING_ABOVE } from './heading-levels.ts';
import type { Block, Inline } from './parse/nodes.ts';
import { AnswerReader } from './parse/read-answer.ts';
import { renderBlocks } from './render-nodes.tsx';

export const Markdown = memo(function Markdown({ text, streaming }: { text: string; streaming: boolean }) {
  const [reader] = useState(() => new AnswerReader());
  let next = NOTHING_ABOVE;
  const blocks = reader.read(text, streaming).map((block) => {
    const above = next;
    next = aboveAfter(above, block.nodes);
    return <MarkdownBlock key={block.start} nodes={block.nodes} above={above} isGrowing={block.isGrowing} />;
  });
  return <div className="flex min-w-0 flex-col gap-3 break-words [&>:first-child]:mt-0">{blocks}</div>;
});

type BlockProps = { nodes: readonly Block<Inline[]>[]; above: Above; isGrowing: boolean };

const MarkdownBlock = memo(function MarkdownBlock({ nodes, above, isGrowing }: BlockProps) {
  return <>{renderBlocks(nodes, createHeadingLevels(above), isGrowing)}</>;
});
