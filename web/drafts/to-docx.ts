// Converts Markdown to a Word document: headings, lists, tables, emphasis and safe links.
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
import type { Block, Inline, List, Table as TableNode } from '../markdown/parse/nodes.ts';
import { readMarkdown } from '../markdown/parse/read-answer.ts';
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
      sections: [{ children: toBlocks(readMarkdown(markdown)) }],
    }),
  );
}

type Blocks = readonly Block<Inline[]>[];

const toBlocks = (nodes: Blocks): (Paragraph | Table)[] => nodes.flatMap(toBlock);

function toBlock(node: Block<Inline[]>): (Paragraph | Table)[] {
  switch (node.type) {
    case 'paragraph':
      return [paragraph(node.content)];
    case 'heading':
      return [new Paragraph({ heading: HEADINGS[node.depth], children: toRuns(node.content, {}) })];
    case 'list':
      return toList(node, 0);
    case 'table':
      return [toTable(node), new Paragraph({})];
    case 'code':
      return node.value.split('\n').map((line) => new Paragraph({ children: [run(line, { code: true })] }));
    case 'rule':
      return [new Paragraph({ thematicBreak: true })];
    case 'quote':
      return toBlocks(node.children);
    case 'footnote':
      return [new Paragraph({ children: [run(`[${node.label}]`, {})] }), ...toBlocks(node.children)];
    case 'definition':
      return [paragraph(node.content)];
    case 'math':
      return [new Paragraph({ children: textRuns(node.source, {}) })];
  }
}

const paragraph = (nodes: readonly Inline[]): Paragraph =>
  new Paragraph({ spacing: { after: 120 }, children: toRuns(nodes, {}) });

function toList(list: List<Inline[]>, level: number): (Paragraph | Table)[] {
  return list.items.flatMap((item) =>
    item.children.flatMap((child): (Paragraph | Table)[] => {
      if (child.type === 'list') return toList(child, Math.min(level + 1, 8));
      if (child.type !== 'paragraph') return toBlock(child);
      const place =
        list.ordered && level === 0 ? { numbering: { reference: NUMBERED, level: 0 } } : { bullet: { level } };
      return [new Paragraph({ ...place, children: toRuns(child.content, {}) })];
    }),
  );
}

function toTable(node: TableNode<Inline[]>): Table {
  const row = (cells: readonly (readonly Inline[])[], style: Style, tableHeader: boolean): TableRow =>
    new TableRow({
      tableHeader,
      children: cells.map((cell) => new TableCell({ children: [new Paragraph({ children: toRuns(cell, style) })] })),
    });
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    rows: [row(node.header, { bold: true }, true), ...node.rows.map((cells) => row(cells, {}, false))],
  });
}

const toRuns = (nodes: readonly Inline[], style: Style): ParagraphChild[] =>
  nodes.flatMap((node) => toRun(node, style));

function toRun(node: Inline, style: Style): ParagraphChild[] {
  switch (node.type) {
    case 'text':
      return textRuns(node.value, style);
    case 'code':
      return [run(node.value, { ...style, code: true })];
    case 'strong':
      return toRuns(node.children, { ...style, bold: true });
    case 'emphasis':
      return toRuns(node.children, { ...style, italics: true });
    case 'strike':
      return toRuns(node.children, { ...style, strike: true });
    case 'link':
    case 'image': {
      const href = safeHref(node.href);
      if (href === null) return textRuns(node.source, style);
      const runs = node.type === 'image' ? textRuns(node.alt, style) : toRuns(node.children, style);
      return [new ExternalHyperlink({ link: href, children: runs })];
    }
    case 'math':
      return textRuns(node.source, style);
    case 'footnoteReference':
      return [run(`[${node.label}]`, style)];
    case 'break':
      return [new TextRun({ break: 1 })];
  }
}

const textRuns = (text: string, style: Style): TextRun[] =>
  text.split('\n').map((line, index) => run(line, style, index > 0));

function run(text: string, { code, ...style }: Style, isNewLine = false): TextRun {
  return new TextRun({ text, ...style, ...(code && { font: 'Consolas' }), ...(isNewLine && { break: 1 }) });
}
