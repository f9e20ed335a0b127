// Markdown as a document for word processors: headings, lists, tables and emphasis; links only where they are safe.
import type { BlockNode, InlineNode, ListNode, TableNode } from '@tanstack/markdown';
import { parseMarkdown } from '@tanstack/markdown/parser';
import {
  AlignmentType,
  Document,
  ExternalHyperlink,
  HeadingLevel,
  LevelFormat,
  Packer,
  Paragraph,
  type ParagraphChild,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';
import { safeHref } from '../markdown/safe-link.ts';

const HEADINGS = {
  1: HeadingLevel.HEADING_1,
  2: HeadingLevel.HEADING_2,
  3: HeadingLevel.HEADING_3,
  4: HeadingLevel.HEADING_4,
  5: HeadingLevel.HEADING_5,
  6: HeadingLevel.HEADING_6,
} as const;

const NUMBERED = 'numbered';
type Style = {
  readonly bold?: boolean;
  readonly italics?: boolean;
  readonly strike?: boolean;
  readonly code?: boolean;
};

export async function toDocx(markdown: string, title: string): Promise<Blob> {
  const { children } = parseMarkdown(markdown, { allowHtml: false, frontmatter: false, headingIds: false });
  return Packer.toBlob(
    new Document({
      title,
      creator: 'Groundwire',
      styles: { default: { document: { run: { font: 'Calibri', size: 22 } } } },
      numbering: {
        config: [
          {
            reference: NUMBERED,
            levels: [{ level: 0, format: LevelFormat.DECIMAL, text: '%1.', alignment: AlignmentType.START }],
          },
        ],
      },
      sections: [{ children: toBlocks(children) }],
    }),
  );
}

const toBlocks = (nodes: readonly BlockNode[]): (Paragraph | Table)[] => nodes.flatMap(toBlock);

function toBlock(node: BlockNode): (Paragraph | Table)[] {
  switch (node.type) {
    case 'paragraph':
      return [paragraph(node.children)];
    case 'heading':
      return [new Paragraph({ heading: HEADINGS[node.depth], children: toRuns(node.children, {}) })];
    case 'list':
      return toList(node, 0);
    case 'table':
      return [toTable(node), new Paragraph({})];
    case 'code':
      return node.value.split('\n').map((line) => new Paragraph({ children: [run(line, { code: true })] }));
    case 'thematicBreak':
      return [new Paragraph({ thematicBreak: true })];
    case 'blockquote':
    case 'callout':
    case 'component':
      return toBlocks(node.children);
    case 'footnotes':
      return node.items.flatMap((item) => toBlocks(item.children));
    case 'html':
      return [new Paragraph({ children: [run(node.value, {})] })];
  }
}

const paragraph = (nodes: readonly InlineNode[]): Paragraph =>
  new Paragraph({ spacing: { after: 120 }, children: toRuns(nodes, {}) });

function toList(list: ListNode, level: number): (Paragraph | Table)[] {
  return list.items.flatMap((item) =>
    item.children.flatMap((child): (Paragraph | Table)[] => {
      if (child.type === 'list') return toList(child, Math.min(level + 1, 8));
      if (child.type !== 'paragraph') return toBlock(child);
      const place =
        list.ordered && level === 0 ? { numbering: { reference: NUMBERED, level: 0 } } : { bullet: { level } };
      return [new Paragraph({ ...place, children: toRuns(child.children, {}) })];
    }),
  );
}

function toTable(node: TableNode): Table {
  const row = (cells: readonly { children: readonly InlineNode[] }[], style: Style, tableHeader: boolean): TableRow =>
    new TableRow({
      tableHeader,
      children: cells.map(
        ({ children }) => new TableCell({ children: [new Paragraph({ children: toRuns(children, style) })] }),
      ),
    });
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    rows: [row(node.header, { bold: true }, true), ...node.rows.map((cells) => row(cells, {}, false))],
  });
}

const toRuns = (nodes: readonly InlineNode[], style: Style): ParagraphChild[] =>
  nodes.flatMap((node) => toRun(node, style));

function toRun(node: InlineNode, style: Style): ParagraphChild[] {
  switch (node.type) {
    case 'text':
    case 'inlineHtml':
      return linesOf(node.value).map((line, index) => run(line, style, index > 0));
    case 'inlineCode':
      return [run(node.value, { ...style, code: true })];
    case 'strong':
      return toRuns(node.children, { ...style, bold: true });
    case 'emphasis':
      return toRuns(node.children, { ...style, italics: true });
    case 'strike':
      return toRuns(node.children, { ...style, strike: true });
    case 'link': {
      const href = safeHref(node.href);
      const runs = toRuns(node.children, style);
      return href === null ? runs : [new ExternalHyperlink({ link: href, children: runs })];
    }
    case 'image':
      return [run(node.alt, style)];
    case 'footnoteReference':
      return [run(`[${node.number}]`, style)];
    case 'break':
      return [new TextRun({ break: 1 })];
  }
}

const linesOf = (text: string): string[] => text.split(/<br\s*\/?>|\n/i);

function run(text: string, { code, ...style }: Style, isNewLine = false): TextRun {
  return new TextRun({ text, ...style, ...(code && { font: 'Consolas' }), ...(isNewLine && { break: 1 }) });
}
