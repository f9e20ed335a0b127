// The block structure of Markdown, by the algorithm of CommonMark with tables, footnotes and display math. HTML blocks
// are left out on purpose: HTML is text here.
import { endParagraph, findTable, takeDefinitions } from './end-paragraph.ts';
import { looksLikeMath } from './math-source.ts';
import type { Block } from './nodes.ts';

/** One or more blocks of the top level. Lines that follow never change a group before the last. */
export type Group = {
  readonly start: number;
  readonly blocks: readonly Block<string>[];
  /** What is open at the end of the text, if it isn't a paragraph. */
  readonly open: 'code' | 'math' | null;
};

type Items = { value: number | null; children: Block<string>[] }[];
type OpenList = { type: 'list'; ordered: boolean; marker: string; loose: boolean; items: Items };
type Container = {
  readonly kind: 'document' | 'quote' | 'item' | 'footnote';
  /** Columns that a line needs to continue an item. */
  readonly indent: number;
  readonly children: (Block<string> | OpenList)[];
  readonly list: OpenList | null;
};
type Leaf =
  | { kind: 'paragraph'; lines: string[] }
  | { kind: 'fence'; lines: string[]; marks: string; info: string; indent: number }
  | { kind: 'indented'; lines: string[] }
  | { kind: 'math'; lines: string[]; closer: string; mayHaveBlanks: boolean };

/** Deeper quotes and lists stay text: nothing legible needs them, and rendering recurses. */
const MAX_DEPTH = 32;

const ATX = /^(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const SETEXT = /^(?:=+|-+)[ \t]*$/;
const RULE = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const FENCE = /^(?:(`{3,})([^`]*)|(~{3,})(.*))$/;
const BULLET = /^[-+*](?=[ \t]|$)/;
const ORDERED = /^(\d{1,9})([.)])(?=[ \t]|$)/;
const FOOTNOTE = /^\[\^([^\]\s]{1,100})\]:/;

export function parseBlocks(source: string): Group[] {
  return new BlockParser(true).parse(source);
}

class BlockParser {
  readonly #root: Container = { kind: 'document', indent: 0, children: [], list: null };
  readonly #stack: Container[] = [this.#root];
  readonly #starts: number[] = [];
  readonly #hasMath: boolean;
  #leaf: Leaf | null = null;
  #wasBlank = false;
  #lineStart = 0;
  #line = '';
  #offset = 0;
  #column = 0;

  constructor(hasMath: boolean) {
    this.#hasMath = hasMath;
  }

  parse(source: string): Group[] {
    while (this.#lineStart < source.length) {
      const newline = source.indexOf('\n', this.#lineStart);
      const end = newline === -1 ? source.length : newline;
      this.#line = source.slice(this.#lineStart, source[end - 1] === '\r' ? end - 1 : end);
      this.#offset = 0;
      this.#column = 0;
      this.#takeLine();
      this.#lineStart = end + 1;
    }
    const open = this.#leaf?.kind === 'fence' ? 'code' : this.#leaf?.kind === 'math' ? 'math' : null;
    this.#closeLeaf();
    return this.#groups(open);
  }

  #groups(open: Group['open']): Group[] {
    const groups: { start: number; blocks: Block<string>[]; open: Group['open'] }[] = [];
    for (const [at, child] of this.#root.children.entries()) {
      const start = this.#starts[at] ?? 0;
      const last = groups.at(-1);
      if (last?.start === start) last.blocks.push(finished(child));
      else groups.push({ start, blocks: [finished(child)], open: null });
    }
    const last = groups.at(-1);
    if (last !== undefined) last.open = open;
    return groups;
  }

  // The line, and how far it is read.

  #indent(): number {
    let column = this.#column;
    for (let at = this.#offset; at < this.#line.length; at++) {
      if (this.#line[at] === ' ') column++;
      else if (this.#line[at] === '\t') column += 4 - (column % 4);
      else break;
    }
    return column - this.#column;
  }

  #rest(): string {
    return this.#line.slice(this.#offset);
  }

  #skip(chars: number): void {
    this.#offset += chars;
    this.#column += chars;
  }

  /** Skips white space by columns. What is left of a tab becomes spaces. */
  #skipColumns(columns: number): void {
    let left = columns;
    while (left > 0 && /[ \t]/.test(this.#line[this.#offset] ?? '')) {
      const width = this.#line[this.#offset] === '\t' ? 4 - (this.#column % 4) : 1;
      if (width > left) {
        this.#line = ' '.repeat(width - left) + this.#line.slice(this.#offset + 1);
        this.#offset = 0;
        this.#column += left;
        return;
      }
      this.#offset++;
      this.#column += width;
      left -= width;
    }
  }

  // One line at a time.

  #takeLine(): void {
    const matched = this.#matchContainers();
    const isWhole = matched === this.#stack.length;
    if (isWhole && this.#continueLeaf()) return;
    this.#startBlocks(matched);
  }

  #matchContainers(): number {
    let matched = 1;
    for (const container of this.#stack.slice(1)) {
      if (!this.#continues(container)) break;
      matched++;
    }
    return matched;
  }

  #continues(container: Container): boolean {
    const indent = this.#indent();
    const isBlank = this.#rest().trim() === '';
    if (container.kind === 'quote') return indent < 4 && this.#takeQuoteMark();
    if (isBlank) {
      // An item may begin with one blank line, not two.
      return container.children.length > 0 || this.#leaf !== null || container !== this.#stack.at(-1);
    }
    if (indent < container.indent) return false;
    this.#skipColumns(container.indent);
    return true;
  }

  #takeQuoteMark(): boolean {
    const indent = this.#indent();
    if (this.#rest().trimStart()[0] !== '>') return false;
    this.#skipColumns(indent);
    this.#skip(1);
    if (/[ \t]/.test(this.#rest()[0] ?? '')) this.#skipColumns(1);
    return true;
  }

  /** True if the line belongs to an open leaf that isn't a paragraph. */
  #continueLeaf(): boolean {
    const leaf = this.#leaf;
    const isBlank = this.#rest().trim() === '';
    if (leaf === null || leaf.kind === 'paragraph') return false;
    if (leaf.kind === 'fence') {
      const mark = this.#indent() < 4 ? this.#rest().trim() : '';
      if (mark.length >= leaf.marks.length && mark === leaf.marks.charAt(0).repeat(mark.length)) {
        this.#closeLeaf();
      } else {
        this.#skipColumns(Math.min(leaf.indent, this.#indent()));
        leaf.lines.push(this.#rest());
      }
      this.#wasBlank = false;
      return true;
    }
    if (leaf.kind === 'math') {
      if (isBlank && !leaf.mayHaveBlanks) return false;
      leaf.lines.push(this.#rest());
      if (this.#rest().trimEnd().endsWith(leaf.closer)) this.#closeLeaf();
      return true;
    }
    if (!isBlank && this.#indent() < 4) return false;
    this.#skipColumns(4);
    leaf.lines.push(this.#rest());
    this.#wasBlank = isBlank;
    return true;
  }

  #startBlocks(matchedBefore: number): void {
    let matched = matchedBefore;
    for (;;) {
      const indent = this.#indent();
      const rest = this.#rest().trimStart();
      const inParagraph = this.#leaf?.kind === 'paragraph';
      if (rest === '') break;
      if (indent >= 4) {
        if (inParagraph) break;
        this.#closeFrom(matched);
        this.#skipColumns(4);
        this.#leaf = { kind: 'indented', lines: [this.#rest()] };
        this.#markStart();
        this.#wasBlank = false;
        return;
      }
      const canNest = this.#stack.length < MAX_DEPTH || matched < this.#stack.length;
      if (canNest && this.#startContainer(matched, rest)) {
        matched = this.#stack.length;
        continue;
      }
      if (this.#startLeaf(matched, indent, rest)) {
        this.#wasBlank = false;
        return;
      }
      break;
    }
    this.#takeText(matched);
  }

  #takeText(matched: number): void {
    const text = this.#rest().trimStart();
    const isBlank = text === '';
    if (!isBlank && this.#leaf?.kind === 'paragraph') {
      // Also without the marks of its containers a line continues a paragraph.
      this.#leaf.lines.push(text);
      this.#wasBlank = false;
      return;
    }
    this.#closeFrom(matched);
    if (isBlank) {
      // A quote has its own blank lines, which don't separate the items around it.
      this.#wasBlank = this.#stack.at(-1)?.kind !== 'quote';
      return;
    }
    this.#leaf = { kind: 'paragraph', lines: [text] };
    this.#markStart();
    this.#wasBlank = false;
  }

  #startContainer(matched: number, rest: string): boolean {
    if (rest.startsWith('>')) {
      this.#closeFrom(matched);
      this.#takeQuoteMark();
      this.#push({ kind: 'quote', indent: 0, children: [], list: null });
      return true;
    }
    const footnote = FOOTNOTE.exec(rest);
    if (footnote !== null) {
      this.#closeFrom(matched);
      this.#skipColumns(this.#indent());
      this.#skip(footnote[0].length);
      const children: Container['children'] = [];
      this.#add({ type: 'footnote', label: footnote[1] ?? '', children: children as Block<string>[] });
      this.#stack.push({ kind: 'footnote', indent: 4, children, list: null });
      return true;
    }
    return !RULE.test(rest) && this.#startItem(matched, rest);
  }

  #startItem(matched: number, rest: string): boolean {
    const ordered = ORDERED.exec(rest);
    const mark = ordered?.[0] ?? BULLET.exec(rest)?.[0];
    if (mark === undefined) return false;
    const isEmpty = rest.slice(mark.length).trim() === '';
    const interrupts = this.#leaf?.kind === 'paragraph' && matched === this.#stack.length;
    if (interrupts && (isEmpty || (ordered !== null && ordered[1] !== '1'))) return false;
    this.#closeFrom(matched);
    const before = this.#indent();
    this.#skipColumns(before);
    this.#skip(mark.length);
    const space = this.#indent();
    // More than four columns are one space and indented code.
    const padding = isEmpty || space > 4 ? 1 : space;
    this.#skipColumns(padding);
    const list = this.#listFor(ordered !== null, ordered?.[2] ?? mark);
    const item = { value: ordered === null ? null : Number(ordered[1]), children: [] };
    list.items.push(item);
    this.#stack.push({ kind: 'item', indent: before + mark.length + padding, children: item.children, list });
    return true;
  }

  #listFor(ordered: boolean, marker: string): OpenList {
    const last = this.#stack.at(-1)?.children.at(-1);
    if (last?.type === 'list' && 'marker' in last && last.marker === marker) {
      if (this.#wasBlank) last.loose = true;
      this.#wasBlank = false;
      return last;
    }
    const list: OpenList = { type: 'list', ordered, marker, loose: false, items: [] };
    this.#add(list);
    return list;
  }

  #startLeaf(matched: number, indent: number, rest: string): boolean {
    const heading = ATX.exec(rest);
    if (heading !== null) {
      this.#closeFrom(matched);
      this.#add({ type: 'heading', depth: depthOf(heading[1]), content: (heading[2] ?? '').replace(/^#+$/, '') });
      return true;
    }
    const fence = FENCE.exec(rest);
    if (fence !== null) {
      this.#closeFrom(matched);
      const marks = fence[1] ?? fence[3] ?? '';
      this.#leaf = { kind: 'fence', lines: [], marks, info: (fence[2] ?? fence[4] ?? '').trim(), indent };
      this.#markStart();
      return true;
    }
    if (this.#startMath(matched, rest)) return true;
    if (matched === this.#stack.length && this.#endSetext(rest)) return true;
    if (!RULE.test(rest)) return false;
    this.#closeFrom(matched);
    this.#add({ type: 'rule' });
    return true;
  }

  #startMath(matched: number, rest: string): boolean {
    const opener = rest.startsWith('$$') ? '$$' : rest.startsWith('\\[') ? '\\[' : null;
    if (opener === null || !this.#hasMath) return false;
    const closer = opener === '$$' ? '$$' : '\\]';
    const line = rest.trimEnd();
    const closes = line.indexOf(closer, 2);
    // Text after the formula: it is part of a paragraph.
    if (closes !== -1 && closes !== line.length - 2) return false;
    if (closes !== -1 && !looksLikeMath(line.slice(2, closes))) return false;
    this.#closeFrom(matched);
    this.#leaf = { kind: 'math', lines: [rest], closer, mayHaveBlanks: line.length === 2 };
    this.#markStart();
    if (closes !== -1) this.#closeLeaf();
    return true;
  }

  /** An underlined paragraph is a heading, unless it is a table. */
  #endSetext(rest: string): boolean {
    if (this.#leaf?.kind !== 'paragraph' || !SETEXT.test(rest)) return false;
    const { definitions, text } = takeDefinitions(this.#leaf.lines.join('\n').trimEnd());
    if (text === '' || findTable(text.split('\n')) !== -1) return false;
    this.#leaf = null;
    for (const definition of definitions) this.#attach(definition);
    this.#attach({ type: 'heading', depth: rest.startsWith('=') ? 1 : 2, content: text });
    return true;
  }

  // Adding and closing.

  #push(container: Container): void {
    this.#add({ type: 'quote', children: container.children as Block<string>[] });
    this.#stack.push(container);
  }

  #add(block: Block<string> | OpenList): void {
    this.#markStart();
    this.#attach(block);
  }

  /** Where a block of the top level begins, and whether a blank line before it makes its list loose. */
  #markStart(): void {
    const parent = this.#stack.at(-1);
    if (parent?.kind === 'document') this.#starts[parent.children.length] = this.#lineStart;
    if (parent?.list && parent.children.length > 0 && this.#wasBlank) parent.list.loose = true;
    this.#wasBlank = false;
  }

  #attach(block: Block<string> | OpenList): void {
    const parent = this.#stack.at(-1);
    if (parent === undefined) return;
    // What a paragraph ends as can be several blocks, which begin at one place.
    if (parent.kind === 'document') this.#starts[parent.children.length] ??= this.#starts.at(-1) ?? this.#lineStart;
    parent.children.push(block);
  }

  #closeFrom(matched: number): void {
    this.#closeLeaf();
    this.#stack.length = matched;
  }

  #closeLeaf(): void {
    const leaf = this.#leaf;
    this.#leaf = null;
    if (leaf === null) return;
    if (leaf.kind === 'paragraph') {
      for (const block of endParagraph(leaf.lines)) this.#attach(block);
    } else if (leaf.kind === 'fence') {
      this.#attach({ type: 'code', value: leaf.lines.join('\n'), info: leaf.info });
    } else if (leaf.kind === 'indented') {
      this.#attach({ type: 'code', value: leaf.lines.join('\n').trimEnd(), info: '' });
    } else {
      for (const block of endMath(leaf.lines, leaf.closer)) this.#attach(block);
    }
  }
}

const finished = (block: Block<string> | OpenList): Block<string> =>
  block.type === 'list' && 'marker' in block ? finishedList(block) : nested(block);

function nested(block: Block<string>): Block<string> {
  if (block.type === 'quote' || block.type === 'footnote') return { ...block, children: block.children.map(finished) };
  return block;
}

function finishedList({ ordered, loose, items }: OpenList): Block<string> {
  return {
    type: 'list',
    ordered,
    loose,
    items: items.map(({ value, children }) => ({ value, ...takeTask(children.map(finished)) })),
  };
}

const TASK = /^\[([ xX])\](?:[ \t]+|$)/;

function takeTask(children: readonly Block<string>[]): { checked: boolean | null; children: readonly Block<string>[] } {
  const first = children[0];
  const match = first?.type === 'paragraph' ? TASK.exec(first.content) : null;
  if (first?.type !== 'paragraph' || match === null) return { checked: null, children };
  const content = first.content.slice(match[0].length);
  return { checked: match[1] !== ' ', children: [{ type: 'paragraph', content }, ...children.slice(1)] };
}

const depthOf = (marks = '#'): 1 | 2 | 3 | 4 | 5 | 6 => Math.min(marks.length, 6) as 1 | 2 | 3 | 4 | 5 | 6;

/** A formula that was never closed is whatever else its lines are. */
function endMath(lines: readonly string[], closer: string): readonly Block<string>[] {
  const source = lines.join('\n').trimEnd();
  const isClosed = source.length >= 4 && source.endsWith(closer);
  const tex = source.slice(2, -2).trim();
  if (isClosed && tex !== '') return [{ type: 'math', tex, source }];
  return new BlockParser(false).parse(source).flatMap((group) => group.blocks);
}
