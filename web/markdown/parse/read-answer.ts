// Reads an answer while it streams. Only its last block is parsed again; the nodes of the others stay, unless a
// definition for one of their links or footnotes arrives.
import { healTail } from './heal-tail.ts';
import type { Block, Definition, Inline } from './nodes.ts';
import { type Group, parseBlocks } from './parse-blocks.ts';
import { type InlineContext, parseInline } from './parse-inline.ts';

export type AnswerBlock = {
  /** Offset in the source; stable while text is only appended. */
  readonly start: number;
  readonly nodes: readonly Block<Inline[]>[];
  readonly isGrowing: boolean;
};

type Definitions = { readonly links: ReadonlyMap<string, Definition<string>>; readonly footnotes: ReadonlySet<string> };

/** A group's blocks, and everything that they were made from. */
type Parsed = {
  readonly group: Group;
  readonly key: string;
  /** Labels of the definitions that its links use. */
  readonly used: ReadonlySet<string>;
  readonly nodes: readonly Block<Inline[]>[];
  readonly isGrowing: boolean;
};

/** Reads text that is whole. */
export const readMarkdown = (text: string): readonly Block<Inline[]>[] =>
  new AnswerReader().read(text, false).flatMap((block) => block.nodes);

export class AnswerReader {
  #text = '';
  #groups: readonly Group[] = [];
  #parsed = new Map<number, Parsed>();
  #shown = new Map<number, { readonly parsed: Parsed; readonly key: string; readonly block: AnswerBlock }>();

  read(text: string, isStreaming: boolean): readonly AnswerBlock[] {
    this.#takeGroups(text);
    const groups = isStreaming ? withHealedTail(this.#groups, text) : this.#groups;
    const definitions = definitionsOf(groups);
    const definitionsKey = keyOf(definitions);
    const parsed = groups.map((group, at) => {
      const source = text.slice(group.start, groups[at + 1]?.start);
      const isGrowing = isStreaming && at === groups.length - 1;
      const isReferring = isStreaming && source.includes('[^');
      const key = `${isGrowing} ${isReferring} ${source.includes('[') ? definitionsKey : ''}`;
      const known = this.#parsed.get(group.start);
      return known?.group === group && known.key === key
        ? known
        : parseGroup(group, definitions, key, isGrowing, isStreaming);
    });
    this.#parsed = new Map(parsed.map((one) => [one.group.start, one]));
    return this.#show(parsed, definitions);
  }

  #takeGroups(text: string): void {
    if (text === this.#text) return;
    const known = text.startsWith(this.#text) ? this.#groups : [];
    // What begins on a line that was incomplete can still turn out to belong to the group before: `***` and `***word`.
    const isCertain = (known.at(-1)?.start ?? 0) <= this.#text.lastIndexOf('\n');
    const kept = known.slice(0, Math.max(0, known.length - (isCertain ? 1 : 2)));
    const from = known[kept.length]?.start ?? 0;
    const read = parseBlocks(text.slice(from)).map((group) => ({ ...group, start: group.start + from }));
    this.#groups = [...kept, ...read.map((group, at) => sameGroup(known[kept.length + at], group))];
    this.#text = text;
  }

  /** A definition that a link uses is not shown; any other is text that would be lost. */
  #show(parsed: readonly Parsed[], definitions: Definitions): AnswerBlock[] {
    const used = new Set(parsed.flatMap((one) => [...one.used]));
    const usedKey = [...used].join('\n');
    const isUsed = (node: Block<Inline[]>): boolean =>
      node.type === 'definition' && used.has(node.label) && definitions.links.get(node.label)?.source === node.source;
    const shown = parsed.map((one) => {
      const key = definitions.links.size > 0 ? usedKey : '';
      const known = this.#shown.get(one.group.start);
      if (known?.parsed === one && known.key === key) return known;
      const nodes = one.nodes.some(hasDefinition) ? without(one.nodes, isUsed) : one.nodes;
      const isSame = known?.parsed === one && known.block.nodes === nodes;
      const block = isSame ? known.block : { start: one.group.start, nodes, isGrowing: one.isGrowing };
      return { parsed: one, key, block };
    });
    this.#shown = new Map(shown.map((one) => [one.block.start, one]));
    return shown.map((one) => one.block).filter((block) => block.nodes.length > 0);
  }
}

/** The known group if it has not changed, so that what was made of it is used again. */
const sameGroup = (known: Group | undefined, read: Group): Group =>
  known?.start === read.start && JSON.stringify(known) === JSON.stringify(read) ? known : read;

function parseGroup(
  group: Group,
  definitions: Definitions,
  key: string,
  isGrowing: boolean,
  isStreaming: boolean,
): Parsed {
  const used = new Set<string>();
  const context = {
    definitions: definitions.links,
    footnotes: definitions.footnotes,
    isStreaming,
    onUse: (label: string) => used.add(label),
  };
  return { group, key, used, nodes: withInlines(group.blocks, context, isGrowing), isGrowing };
}

type Context = Omit<InlineContext, 'isGrowing'>;

/** Parses the text of each leaf. Only the last leaf can be growing. */
function withInlines(blocks: readonly Block<string>[], context: Context, isGrowing: boolean): Block<Inline[]>[] {
  return blocks.map((block, at) => withInline(block, context, isGrowing && at === blocks.length - 1));
}

function withInline(block: Block<string>, context: Context, isGrowing: boolean): Block<Inline[]> {
  const inline = (text: string, isLast: boolean): Inline[] =>
    parseInline(text, { ...context, isGrowing: isGrowing && isLast });
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return { ...block, content: inline(block.content, true) };
    case 'list':
      return {
        ...block,
        items: block.items.map((item, at) => ({
          ...item,
          children: withInlines(item.children, context, isGrowing && at === block.items.length - 1),
        })),
      };
    case 'table': {
      const row = (cells: readonly string[], isLast: boolean): Inline[][] => cells.map((cell) => inline(cell, isLast));
      return {
        ...block,
        header: row(block.header, false),
        rows: block.rows.map((cells, at) => row(cells, at === block.rows.length - 1)),
      };
    }
    case 'quote':
    case 'footnote':
      return { ...block, children: withInlines(block.children, context, isGrowing) };
    case 'definition':
      // It must not refer to itself.
      return { ...block, content: parseInline(block.source, { ...context, definitions: new Map(), isGrowing: false }) };
    default:
      return block;
  }
}

function definitionsOf(groups: readonly Group[]): Definitions {
  const links = new Map<string, Definition<string>>();
  const footnotes = new Set<string>();
  const visit = (blocks: readonly Block<string>[]): void => {
    for (const block of blocks) {
      if (block.type === 'definition' && !links.has(block.label)) links.set(block.label, block);
      else if (block.type === 'footnote') footnotes.add(block.label);
      if (block.type === 'list') for (const item of block.items) visit(item.children);
      else if ('children' in block) visit(block.children);
    }
  };
  for (const group of groups) visit(group.blocks);
  return { links, footnotes };
}

const keyOf = ({ links, footnotes }: Definitions): string =>
  links.size + footnotes.size === 0
    ? ''
    : JSON.stringify([[...links.values()].map(({ label, href, title }) => [label, href, title]), [...footnotes]]);

const hasDefinition = (block: Block<Inline[]>): boolean => {
  if (block.type === 'list') return block.items.some((item) => item.children.some(hasDefinition));
  return block.type === 'definition' || ('children' in block && block.children.some(hasDefinition));
};

function without(
  blocks: readonly Block<Inline[]>[],
  isHidden: (block: Block<Inline[]>) => boolean,
): readonly Block<Inline[]>[] {
  return blocks.flatMap((block): Block<Inline[]>[] => {
    if (isHidden(block)) return [];
    if (block.type === 'list') {
      return [
        { ...block, items: block.items.map((item) => ({ ...item, children: without(item.children, isHidden) })) },
      ];
    }
    return 'children' in block ? [{ ...block, children: without(block.children, isHidden) }] : [block];
  });
}

/** Replaces the last group by one whose source is complete, as far as that can be known. */
function withHealedTail(groups: readonly Group[], text: string): readonly Group[] {
  const tail = groups.at(-1);
  if (tail === undefined) return groups;
  const source = text.slice(tail.start);
  const isFormula = tail.open === 'math' && /^ {0,3}(?:\$\$|\\\[)/.test(source);
  // A formula is shown as written until it is whole.
  const blocks: readonly Block<string>[] = isFormula
    ? [{ type: 'math', tex: '', source }]
    : parseBlocks(healTail(source, tail.open === 'code')).flatMap((group) => group.blocks);
  return [...groups.slice(0, -1), { start: tail.start, blocks, open: tail.open }];
}
