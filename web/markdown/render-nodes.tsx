// Renders parsed Markdown from a fixed list of elements: no raw HTML, images, styles or unsafe links. Anything else is shown
// as text, so a new node type can't open a hole. Each block has its own direction.
import { Square, SquareCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { CodeBlock } from './code-block.tsx';
import type { HeadingLevels } from './heading-levels.ts';
import { MathSpan } from './math.tsx';
import { MixedText } from './mixed-text.tsx';
import type { Block, Heading, Inline, List, Table } from './parse/nodes.ts';
import { plainText } from './parse/parse-inline.ts';
import { linkTarget, safeHref } from './safe-link.ts';
import { blocksDirection, hasRtl } from './text-direction.ts';

type Blocks = readonly Block<Inline[]>[];
type Inlines = readonly Inline[];

/** Headings look as large as the model chose. Their level follows from those above. */
const HEADING_STYLES = {
  1: 'mt-2 text-title font-semibold',
  2: 'mt-2 text-title font-semibold',
  3: 'mt-1 text-answer font-semibold',
  4: 'mt-1 text-answer font-semibold',
  5: 'mt-1 text-ui font-semibold',
  6: 'mt-1 text-ui font-semibold',
} as const;

export function renderBlocks(nodes: Blocks, levels: HeadingLevels, isGrowing: boolean): ReactNode[] {
  return nodes.map((node, index) => renderBlock(node, index, levels, isGrowing && index === nodes.length - 1));
}

function renderBlock(node: Block<Inline[]>, key: number, levels: HeadingLevels, isGrowing: boolean): ReactNode {
  switch (node.type) {
    case 'paragraph':
      return (
        <p key={key} dir="auto">
          {renderLeaf(node.content)}
        </p>
      );
    case 'heading':
      return renderHeading(node, key, levels);
    case 'code':
      return <CodeBlock key={key} code={node.value} info={node.info} settled={!isGrowing} />;
    case 'list':
      return renderList(node, key, levels, isGrowing);
    case 'quote':
      return (
        <blockquote
          key={key}
          dir={blocksDirection(node.children) ?? undefined}
          className="flex flex-col gap-3 border-s-2 border-line-strong ps-4 text-muted"
        >
          {renderBlocks(node.children, levels, isGrowing)}
        </blockquote>
      );
    case 'table':
      return renderTable(node, key);
    case 'rule':
      return <hr key={key} className="my-2 border-line-strong" />;
    case 'math':
      return (
        <div key={key} className="min-w-0">
          <MathSpan tex={node.tex} source={node.source} display />
        </div>
      );
    case 'footnote':
      return (
        <div key={key} dir={blocksDirection(node.children) ?? undefined} className="flex gap-2 text-small">
          <sup className="mt-2 text-muted">{node.label}</sup>
          <div className="flex min-w-0 flex-col gap-1">{renderBlocks(node.children, levels, isGrowing)}</div>
        </div>
      );
    case 'definition':
      return (
        <p key={key} dir="auto" className="whitespace-pre-wrap">
          {renderLeaf(node.content)}
        </p>
      );
  }
}

function renderHeading(node: Heading<Inline[]>, key: number, levels: HeadingLevels): ReactNode {
  const Tag = `h${levels.next(node.depth)}` as 'h3' | 'h4' | 'h5' | 'h6';
  return (
    <Tag key={key} dir="auto" className={HEADING_STYLES[node.depth]}>
      {renderLeaf(node.content)}
    </Tag>
  );
}

function TaskMark({ done }: { done: boolean }) {
  const Icon = done ? SquareCheck : Square;
  return (
    <Icon
      size={16}
      role="img"
      aria-label={done ? 'Done:' : 'Open:'}
      className={`mt-1 shrink-0 ${done ? 'text-accent' : 'text-muted'}`}
    />
  );
}

function renderList(node: List<Inline[]>, key: number, levels: HeadingLevels, isGrowing: boolean): ReactNode {
  const tasks = node.items.some((item) => item.checked !== null);
  const spacing = node.loose ? 'gap-3' : 'gap-1';
  const first = node.items[0]?.value ?? 1;
  const items = node.items.map((item, index) => (
    <li
      // biome-ignore lint/suspicious/noArrayIndexKey: items of an answer are only appended
      key={index}
      // Numbers stay as written, also where they don't follow each other.
      value={item.value === null || item.value === first + index ? undefined : item.value}
      dir={blocksDirection(item.children) ?? undefined}
      className={item.checked === null ? 'ps-1' : 'flex gap-2'}
    >
      {item.checked !== null && <TaskMark done={item.checked} />}
      <div className="flex min-w-0 flex-col gap-1">
        {renderItem(item.children, node.loose, levels, isGrowing && index === node.items.length - 1)}
      </div>
    </li>
  ));
  // The side of the marks follows the list's text.
  const dir = blocksDirection([node]) ?? undefined;
  if (node.ordered) {
    return (
      <ol key={key} dir={dir} start={first} className={`flex list-decimal flex-col ps-6 marker:text-muted ${spacing}`}>
        {items}
      </ol>
    );
  }
  return (
    <ul
      key={key}
      dir={dir}
      className={`flex flex-col marker:text-muted ${tasks ? 'list-none' : 'list-disc ps-5'} ${spacing}`}
    >
      {items}
    </ul>
  );
}

/** In a tight list a paragraph renders without margins. */
function renderItem(nodes: Blocks, loose: boolean, levels: HeadingLevels, isGrowing: boolean): ReactNode[] {
  return nodes.map((node, index) => {
    if (node.type !== 'paragraph' || loose)
      return renderBlock(node, index, levels, isGrowing && index === nodes.length - 1);
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: blocks of an answer are only appended
      <div key={index} dir="auto">
        {renderLeaf(node.content)}
      </div>
    );
  });
}

const ALIGN = { left: 'text-start', center: 'text-center', right: 'text-end' } as const;

const LONGEST_UNBROKEN = 24;
const SHORT_WORDS = 12;
const SENTENCE = 60;

/** Keeps a number or a code such as PN-000060 on one line, unless it is too long for a column. */
function wrapClass(nodes: Inlines): string {
  const isWord = nodes.every((node) => node.type === 'text' && !/\s/.test(node.value));
  const { length } = plainText(nodes);
  if (isWord && length <= LONGEST_UNBROKEN) return 'whitespace-nowrap';
  // Give text a minimum width, so that the table scrolls instead of breaking after every word.
  if (length > SENTENCE) return 'min-w-64';
  return length > SHORT_WORDS ? 'min-w-32' : '';
}

function renderTable(node: Table<Inline[]>, key: number): ReactNode {
  const cellClass = (column: number): string =>
    `border-line-strong px-3 py-2 align-top ${ALIGN[node.align[column] ?? 'left']}`;
  return (
    <figure
      key={key}
      aria-label="Table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls, and must do so by keyboard as well
      tabIndex={0}
      // The order of the columns follows the table's text.
      dir={blocksDirection([node]) ?? undefined}
      className="m-0 max-w-full overflow-x-auto rounded-card border border-line-strong bg-code"
    >
      <table className="w-full border-collapse text-ui tabular-nums">
        <thead>
          <tr>
            {node.header.map((cell, column) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
                key={column}
                scope="col"
                dir="auto"
                className={`bg-hover font-semibold whitespace-nowrap ${cellClass(column)}`}
              >
                {renderLeaf(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {node.rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are only appended
            <tr key={line}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
                <td key={column} dir="auto" className={`border-t ${wrapClass(cell)} ${cellClass(column)}`}>
                  {renderLeaf(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** The content of a block. Only text with letters from right to left needs its quantities kept together. */
const renderLeaf = (nodes: Inlines): ReactNode[] => renderInlines(nodes, hasRtl(plainText(nodes)));

const renderInlines = (nodes: Inlines, isMixed: boolean): ReactNode[] =>
  nodes.map((node, index) => renderInline(node, index, isMixed));

function renderInline(node: Inline, key: number, isMixed: boolean): ReactNode {
  switch (node.type) {
    case 'text':
      return isMixed ? <MixedText key={key} text={node.value} /> : node.value;
    case 'code':
      return (
        <code
          key={key}
          dir={isMixed ? 'auto' : undefined}
          className="rounded-tail border border-line-strong bg-code px-1 py-px font-mono text-[0.875em] break-words"
        >
          {node.value}
        </code>
      );
    case 'strong':
      return (
        <strong key={key} className="font-semibold">
          {renderInlines(node.children, isMixed)}
        </strong>
      );
    case 'emphasis':
      return <em key={key}>{renderInlines(node.children, isMixed)}</em>;
    case 'strike':
      return <s key={key}>{renderInlines(node.children, isMixed)}</s>;
    case 'link':
      return renderLink(
        key,
        linkTarget(node.href),
        node,
        isMixed && node.source === node.href ? 'ltr' : undefined,
        renderInlines(node.children, isMixed),
      );
    case 'image':
      // Rendering an image sends a request to another host, so show a link instead.
      return renderLink(key, safeHref(node.href), node, undefined, node.alt === '' ? 'Image' : node.alt);
    case 'math':
      return <MathSpan key={key} tex={node.tex} source={node.source} display={node.display} />;
    case 'footnoteReference':
      return <sup key={key}>{node.label}</sup>;
    case 'break':
      return <br key={key} />;
  }
}

type Linked = { readonly title: string | null; readonly source: string };

function renderLink(
  key: number,
  href: string | null,
  { title, source }: Linked,
  dir: 'ltr' | undefined,
  children: ReactNode,
): ReactNode {
  // An address that isn't allowed is shown as written, so that it isn't lost.
  if (href === null) return source;
  const hint = title === null || title === '' ? href : `${title} (${href})`;
  if (href.startsWith('/')) {
    return (
      <Link key={key} href={href} title={hint} className={LINK}>
        {children}
      </Link>
    );
  }
  return (
    <a key={key} href={href} title={hint} dir={dir} target="_blank" rel="noopener noreferrer nofollow" className={LINK}>
      {children}
    </a>
  );
}

const LINK = 'text-accent underline decoration-1 underline-offset-2 hover:decoration-2';
