// Turns parsed markdown into elements from a fixed list: no raw HTML, no image, no style, no address but a safe one.
// What is not in the list is shown as text, so a new kind of node can never open a hole.
import type { BlockNode, HeadingNode, InlineNode, ListNode, TableNode } from '@tanstack/markdown';
import { Square, SquareCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { CodeBlock } from './code-block.tsx';
import { internalPath, linkify, safeHref } from './safe-link.ts';

type Context = { readonly growing: boolean };

/** Headings of an answer stand below those of the page, whatever number the model chose. */
const HEADINGS = {
  1: { tag: 'h3', style: 'mt-2 text-title font-semibold' },
  2: { tag: 'h3', style: 'mt-2 text-title font-semibold' },
  3: { tag: 'h4', style: 'mt-1 text-answer font-semibold' },
  4: { tag: 'h5', style: 'mt-1 text-answer font-semibold' },
  5: { tag: 'h6', style: 'mt-1 text-ui font-semibold' },
  6: { tag: 'h6', style: 'mt-1 text-ui font-semibold' },
} as const;

export function renderBlocks(nodes: readonly BlockNode[], context: Context): ReactNode[] {
  return nodes.map((node, index) => {
    const tail = { growing: context.growing && index === nodes.length - 1 };
    return renderBlock(node, index, tail);
  });
}

function renderBlock(node: BlockNode, key: number, context: Context): ReactNode {
  switch (node.type) {
    case 'paragraph':
      return <p key={key}>{renderInlines(node.children, context)}</p>;
    case 'heading':
      return renderHeading(node, key, context);
    case 'code':
      return (
        <CodeBlock
          key={key}
          code={node.value}
          language={node.lang ?? null}
          title={node.title ?? null}
          settled={!context.growing}
        />
      );
    case 'list':
      return renderList(node, key, context);
    case 'blockquote':
      return (
        <blockquote key={key} className="flex flex-col gap-3 border-s-2 border-line-strong ps-4 text-muted">
          {renderBlocks(node.children, context)}
        </blockquote>
      );
    case 'table':
      return renderTable(node, key, context);
    case 'thematicBreak':
      return <hr key={key} className="my-2 border-line-strong" />;
    case 'footnotes':
      return (
        <ol key={key} className="list-decimal border-t border-line-strong ps-6 pt-3 text-small">
          {node.items.map((item) => (
            <li key={item.id}>{renderBlocks(item.children, context)}</li>
          ))}
        </ol>
      );
    case 'callout':
    case 'component':
      return <div key={key}>{renderBlocks(node.children, context)}</div>;
    case 'html':
      return <p key={key}>{node.value}</p>;
  }
}

function renderHeading(node: HeadingNode, key: number, context: Context): ReactNode {
  const { tag: Heading, style } = HEADINGS[node.depth];
  return (
    <Heading key={key} className={style}>
      {renderInlines(node.children, context)}
    </Heading>
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

function renderList(node: ListNode, key: number, context: Context): ReactNode {
  const tasks = node.items.some((item) => item.checked !== undefined);
  const spacing = node.loose ? 'gap-3' : 'gap-1';
  const items = node.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: items of an answer are only appended
    <li key={index} className={item.checked === undefined ? 'ps-1' : 'flex gap-2'}>
      {item.checked !== undefined && <TaskMark done={item.checked} />}
      <div className="flex min-w-0 flex-col gap-1">{renderTight(item.children, context, node.loose ?? false)}</div>
    </li>
  ));
  if (node.ordered) {
    return (
      <ol key={key} start={node.start ?? 1} className={`flex list-decimal flex-col ps-6 marker:text-muted ${spacing}`}>
        {items}
      </ol>
    );
  }
  return (
    <ul key={key} className={`flex flex-col marker:text-muted ${tasks ? 'list-none' : 'list-disc ps-5'} ${spacing}`}>
      {items}
    </ul>
  );
}

/** In a tight list a paragraph is only its words. */
function renderTight(nodes: readonly BlockNode[], context: Context, loose: boolean): ReactNode[] {
  return nodes.map((node, index) => {
    const tail = { growing: context.growing && index === nodes.length - 1 };
    // biome-ignore lint/suspicious/noArrayIndexKey: blocks of an answer are only appended
    if (node.type === 'paragraph' && !loose) return <div key={index}>{renderInlines(node.children, tail)}</div>;
    return renderBlock(node, index, tail);
  });
}

const ALIGN = { left: 'text-start', center: 'text-center', right: 'text-end' } as const;

const LONGEST_UNBROKEN = 24;
const SHORT_WORDS = 12;
const SENTENCE = 60;

/** A number or a code such as PN-000060 is read as one word, and breaks only where a column cannot hold it at all. */
function wrapClass(nodes: readonly InlineNode[]): string {
  const isWord = nodes.every((node) => node.type === 'text' && !/\s/.test(node.value));
  const length = nodes.reduce((sum, node) => sum + (node.type === 'text' ? node.value.length : 0), 0);
  if (isWord && length <= LONGEST_UNBROKEN) return 'whitespace-nowrap';
  // A few words in a narrow column would stand one below the other; the table scrolls sideways instead.
  if (length > SENTENCE) return 'min-w-64';
  return length > SHORT_WORDS ? 'min-w-32' : '';
}

function renderTable(node: TableNode, key: number, context: Context): ReactNode {
  const cellClass = (column: number): string =>
    `border-line-strong px-3 py-2 align-top ${ALIGN[node.align[column] ?? 'left']}`;
  return (
    <figure
      key={key}
      aria-label="Table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls, and must do so by keyboard as well
      tabIndex={0}
      className="m-0 max-w-full overflow-x-auto rounded-card border border-line-strong bg-code"
    >
      <table className="w-full border-collapse text-ui tabular-nums">
        <thead>
          <tr>
            {node.header.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
              <th key={column} scope="col" className={`bg-hover font-semibold whitespace-nowrap ${cellClass(column)}`}>
                {renderInlines(cell.children, context)}
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
                <td key={column} className={`border-t ${wrapClass(cell.children)} ${cellClass(column)}`}>
                  {renderInlines(cell.children, { growing: context.growing && line === node.rows.length - 1 })}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function renderInlines(nodes: readonly InlineNode[], context: Context): ReactNode[] {
  return nodes.map((node, index) =>
    renderInline(node, index, { growing: context.growing && index === nodes.length - 1 }),
  );
}

function renderInline(node: InlineNode, key: number, context: Context): ReactNode {
  switch (node.type) {
    case 'text':
      return renderText(node.value, key, context);
    case 'inlineCode':
      return (
        <code
          key={key}
          className="rounded-tail border border-line-strong bg-code px-1 py-px font-mono text-[0.875em] break-words"
        >
          {node.value}
        </code>
      );
    case 'strong':
      return (
        <strong key={key} className="font-semibold">
          {renderInlines(node.children, context)}
        </strong>
      );
    case 'emphasis':
      return <em key={key}>{renderInlines(node.children, context)}</em>;
    case 'strike':
      return <s key={key}>{renderInlines(node.children, context)}</s>;
    case 'link':
      return renderLink(key, internalPath(node.href) ?? safeHref(node.href), renderInlines(node.children, context));
    case 'image':
      // An image is a request to another host the moment it renders; its address stands as a link instead.
      return renderLink(key, safeHref(node.src), node.alt === '' ? 'Image' : node.alt);
    case 'footnoteReference':
      return <sup key={key}>{node.number}</sup>;
    case 'break':
      return <br key={key} />;
    case 'inlineHtml':
      return node.value;
  }
}

function renderLink(key: number | string, href: string | null, children: ReactNode): ReactNode {
  if (href === null) return <span key={key}>{children}</span>;
  if (href.startsWith('/')) {
    return (
      <Link key={key} href={href} title={href} className={LINK}>
        {children}
      </Link>
    );
  }
  return (
    <a key={key} href={href} title={href} target="_blank" rel="noopener noreferrer nofollow" className={LINK}>
      {children}
    </a>
  );
}

const LINK = 'text-accent underline decoration-1 underline-offset-2 hover:decoration-2';

/** Models write `<br>` in table cells and bare addresses everywhere; both are taken from plain text here. */
function renderText(value: string, key: number, context: Context): ReactNode {
  const lines = value.split(/<br\s*\/?>/i);
  return lines.flatMap((line, index) => {
    const growing = context.growing && index === lines.length - 1;
    const pieces = linkify(line, { growing }).map((piece, at) =>
      piece.href === null ? piece.text : renderLink(`${key}.${index}.${at}`, piece.href, piece.text),
    );
    // biome-ignore lint/suspicious/noArrayIndexKey: words of an answer are only appended
    return index === 0 ? pieces : [<br key={`${key}.${index}`} />, ...pieces];
  });
}
