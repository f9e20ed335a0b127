// The inline content of Markdown, by the algorithm of CommonMark with strikethrough, footnotes, formulas and bare URLs.
// It departs from CommonMark where that would lose a sign: `5*3*2` is a product, and `~` is "about".

import { bareUrlAt, linkTarget, safeHref } from '../safe-link.ts';
import { after, before, flanksOf, type Item, MAX_DEPTH, matchRuns, nodesOf, wrap } from './emphasis.ts';
import { entityAt } from './entities.ts';
import { findMath } from './math-source.ts';
import { type Definition, type Inline, normalizeLabel } from './nodes.ts';

export type InlineContext = {
  readonly definitions: ReadonlyMap<string, Definition<string>>;
  readonly footnotes: ReadonlySet<string>;
  /** More text may follow in this leaf: what is open is shown as if it were complete. */
  readonly isGrowing: boolean;
  /** More text may follow in the answer, with a footnote that is referred to already. */
  readonly isStreaming: boolean;
  /** Called with the label of each definition that a link uses. */
  readonly onUse?: (label: string) => void;
};

export function parseInline(text: string, context: InlineContext): Inline[] {
  return new InlineParser(text, context).parse();
}

type Bracket = { readonly item: number; readonly start: number; readonly isImage: boolean; isActive: boolean };

const SPECIAL = /[\\`*_~[\]!<&$\n]|https:\/\//gi;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const AUTOLINK = /<([A-Za-z][A-Za-z\d+.-]{1,31}:[^\s<>]*)>/y;
const EMAIL = /<([\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z\d-]+(?:\.[A-Za-z\d-]+)+)>/y;
const HTML =
  /<(?:!--[\s\S]*?-->|\/?[A-Za-z][A-Za-z\d-]*(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?>)/y;
const LINE_BREAK = /^<br\s*\/?>$/i;
/** Bounded, because many unclosed links would each be read to the end of the text. */
const MAX_ADDRESS = 2048;
const MAX_NESTED = 32;
const TITLE = /(?:\s+("(?:[^"\\]|\\.){0,1000}"|'(?:[^'\\]|\\.){0,1000}'|\((?:[^()\\]|\\.){0,1000}\)))?\s*\)/y;
const LABEL = /\[((?:[^[\]\\]|\\.){0,999})\]/y;
/** A target whose end has not arrived. Each character can match in one way only, or it would take exponential time. */
const OPEN_TARGET = /^\((?:[^\s()]|\([^\s()]*(?:\)|$))*(?:\s+(?:["'(][^\n]*)?)?$/;

class InlineParser {
  readonly #text: string;
  readonly #context: InlineContext;
  readonly #items: Item[] = [];
  readonly #brackets: Bracket[] = [];
  /** Lengths of backtick runs that have no closing run, so that each is searched for once. */
  readonly #unclosedCode = new Map<number, number>();
  #hasNoCommentEnd = false;
  #at = 0;

  constructor(text: string, context: InlineContext) {
    this.#text = text;
    this.#context = context;
  }

  parse(): Inline[] {
    const text = this.#text;
    while (this.#at < text.length) {
      SPECIAL.lastIndex = this.#at;
      const match = SPECIAL.exec(text);
      const next = match?.index ?? text.length;
      if (next > this.#at) this.#addText(text.slice(this.#at, next));
      this.#at = next;
      if (match !== null) this.#takeSpecial(match[0]);
    }
    if (this.#context.isGrowing) this.#dropOpenBracket();
    this.#matchRuns(0);
    if (this.#context.isGrowing) this.#closeOpenRuns();
    return nodesOf(this.#items);
  }

  #add(node: Inline, depth = 0): void {
    this.#items.push({ node, run: null, depth });
  }

  #addText(value: string): void {
    this.#add({ type: 'text', value });
  }

  #takeSpecial(mark: string): void {
    if (!this.#take(mark)) this.#takeLiteral(1);
  }

  /** False if the mark is a character like any other. */
  #take(mark: string): boolean {
    switch (mark) {
      case '\\':
        return this.#takeBackslash();
      case '`':
        return this.#takeCode();
      case '*':
      case '_':
      case '~':
        return this.#takeRun(mark);
      case '!':
        return this.#text[this.#at + 1] === '[' && this.#openBracket('![');
      case '[':
        return this.#takeFootnote() || this.#openBracket('[');
      case ']':
        return this.#closeBracket();
      case '<':
        return this.#takeAngle();
      case '&':
        return this.#takeEntity();
      case '$':
        return this.#takeMath() || this.#takeDollars();
      case '\n':
        return this.#takeNewline();
      default:
        return this.#takeUrl(mark);
    }
  }

  #takeDollars(): boolean {
    this.#takeLiteral(this.#text.startsWith('$$', this.#at) ? 2 : 1);
    return true;
  }

  #takeLiteral(length: number): void {
    this.#addText(this.#text.slice(this.#at, this.#at + length));
    this.#at += length;
  }

  #takeBackslash(): boolean {
    const next = this.#text[this.#at + 1] ?? '';
    if (next === '(' || next === '[') {
      if (this.#takeMath()) return true;
      // The formula's end may still come; until then it is shown as written.
      if (this.#context.isGrowing && !this.#text.includes(next === '(' ? '\\)' : '\\]', this.#at)) {
        this.#takeLiteral(this.#text.length - this.#at);
        return true;
      }
    }
    if (next === '\n') {
      this.#add({ type: 'break' });
      this.#at += 2;
      this.#skipSpaces();
      return true;
    }
    if (PUNCTUATION.test(next)) {
      this.#addText(next);
      this.#at += 2;
      return true;
    }
    return false;
  }

  #takeMath(): boolean {
    const math = findMath(this.#text, this.#at);
    if (math === null) return false;
    const source = this.#text.slice(this.#at, math.end);
    this.#add({ type: 'math', tex: math.tex, display: math.display, source });
    this.#at = math.end;
    return true;
  }

  #takeCode(): boolean {
    const text = this.#text;
    let length = 1;
    while (text[this.#at + length] === '`') length++;
    const from = this.#at + length;
    const end =
      (this.#unclosedCode.get(length) ?? Number.POSITIVE_INFINITY) <= from ? -1 : closingTicks(text, from, length);
    if (end === -1) {
      this.#unclosedCode.set(length, Math.min(from, this.#unclosedCode.get(length) ?? from));
      if (!this.#context.isGrowing) {
        this.#takeLiteral(length);
        return true;
      }
      if (text.length > from) this.#add({ type: 'code', value: trimCode(text.slice(from)) });
      this.#at = text.length;
      return true;
    }
    this.#add({ type: 'code', value: trimCode(text.slice(from, end)) });
    this.#at = end + length;
    return true;
  }

  #takeRun(mark: string): boolean {
    const text = this.#text;
    let count = 1;
    while (text[this.#at + count] === mark) count++;
    const flanks = flanksOf(before(text, this.#at), after(text, this.#at + count), mark);
    const value = text.slice(this.#at, this.#at + count);
    this.#at += count;
    const isRun = mark !== '~' || count === 2;
    this.#items.push({
      node: { type: 'text', value },
      run: isRun ? { mark, count, length: count, ...flanks } : null,
      depth: 0,
    });
    return true;
  }

  #takeNewline(): boolean {
    const last = this.#items.at(-1);
    const spaces = last?.node.type === 'text' && last.run === null ? / *$/.exec(last.node.value)?.[0].length : 0;
    if (last?.node.type === 'text' && spaces) last.node = { type: 'text', value: last.node.value.slice(0, -spaces) };
    if (spaces !== undefined && spaces >= 2) this.#add({ type: 'break' });
    else this.#addText('\n');
    this.#at++;
    this.#skipSpaces();
    return true;
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++;
  }

  #takeEntity(): boolean {
    const entity = entityAt(this.#text, this.#at);
    if (entity === null) return false;
    this.#addText(entity.value);
    this.#at += entity.source.length;
    return true;
  }

  #takeUrl(scheme: string): boolean {
    const url = bareUrlAt(this.#text, this.#at);
    const isComplete = url !== null && !(this.#context.isGrowing && this.#at + url.matched === this.#text.length);
    if (url === null || !isComplete) {
      // As a whole, so that marks within it are no emphasis.
      this.#takeLiteral(url?.text.length ?? scheme.length);
      return true;
    }
    this.#add(link(url.text, null, [{ type: 'text', value: url.text }], url.text));
    this.#at += url.text.length;
    return true;
  }

  #takeAngle(): boolean {
    const text = this.#text;
    const autolink = matchAt(AUTOLINK, text, this.#at);
    const email = autolink === null ? matchAt(EMAIL, text, this.#at) : null;
    const found = autolink ?? email;
    if (found !== null) {
      const address = found[1] ?? '';
      const href = autolink === null ? `mailto:${address}` : address;
      this.#add(link(href, null, [{ type: 'text', value: address }], found[0]));
      this.#at += found[0].length;
      return true;
    }
    if (text.startsWith('<!--', this.#at) && !this.#hasNoCommentEnd && !text.includes('-->', this.#at)) {
      this.#hasNoCommentEnd = true;
    }
    if (text.startsWith('<!--', this.#at) && this.#hasNoCommentEnd) {
      this.#takeLiteral(4);
      return true;
    }
    const html = matchAt(HTML, text, this.#at)?.[0];
    if (html === undefined) return false;
    if (LINE_BREAK.test(html)) this.#add({ type: 'break' });
    else this.#addText(html);
    this.#at += html.length;
    return true;
  }

  #takeFootnote(): boolean {
    const label = matchAt(/\[\^([^\]\s]{1,100})\]/y, this.#text, this.#at);
    if (label === null) return false;
    const name = label[1] ?? '';
    if (!this.#context.isStreaming && !this.#context.footnotes.has(name)) return false;
    this.#add({ type: 'footnoteReference', label: name });
    this.#at += label[0].length;
    return true;
  }

  // Links and images.

  #openBracket(mark: '[' | '!['): boolean {
    this.#brackets.push({ item: this.#items.length, start: this.#at, isImage: mark === '![', isActive: true });
    this.#takeLiteral(mark.length);
    return true;
  }

  #closeBracket(): boolean {
    const bracket = this.#brackets.pop();
    if (bracket === undefined || !bracket.isActive) return false;
    const target = this.#targetAfter(bracket);
    if (target === null) return false;
    const inner = this.#items.splice(bracket.item).slice(1);
    const children = nodesOf(matchRuns(inner));
    const source = this.#text.slice(bracket.start, target.end);
    if (target.href === null) {
      // The address is still arriving.
      for (const node of children) this.#add(node);
    } else if (bracket.isImage) {
      this.#add({ type: 'image', href: target.href, title: target.title, alt: plainText(children), source });
    } else {
      const depth = Math.max(0, ...inner.map((item) => item.depth));
      this.#add(link(target.href, target.title, withoutLinks(children), source), depth);
      // A link can't contain a link.
      for (const outer of this.#brackets) if (!outer.isImage) outer.isActive = false;
    }
    this.#at = target.end;
    return true;
  }

  #targetAfter(bracket: Bracket): { href: string | null; title: string | null; end: number } | null {
    const text = this.#text;
    const from = this.#at + 1;
    if (text[from] === '(') {
      const inline = inlineTarget(text, from);
      if (inline !== null) return inline;
      if (this.#context.isGrowing && OPEN_TARGET.test(text.slice(from))) {
        return { href: null, title: null, end: text.length };
      }
    }
    const label = matchAt(LABEL, text, from);
    const own = text.slice(bracket.start + (bracket.isImage ? 2 : 1), this.#at);
    const isFull = label !== null && (label[1] ?? '').trim() !== '';
    // In `[a][b]` only b is a label.
    const name = normalizeLabel(isFull ? (label[1] ?? '') : own);
    const definition = name === '' ? undefined : this.#context.definitions.get(name);
    // Otherwise the definition is not used, and is shown itself.
    const targetOf = bracket.isImage ? safeHref : linkTarget;
    if (definition === undefined || targetOf(definition.href) === null) return null;
    this.#context.onUse?.(name);
    return { href: definition.href, title: definition.title, end: from + (label?.[0].length ?? 0) };
  }

  /** The last bracket may begin a link whose rest has not arrived: its text shows without it. */
  #dropOpenBracket(): void {
    const bracket = this.#brackets.at(-1);
    const item = bracket?.isActive ? this.#items[bracket.item] : undefined;
    if (item !== undefined && this.#text.length - (bracket?.start ?? 0) < 300) item.node = { type: 'text', value: '' };
  }

  // Emphasis.

  #matchRuns(from: number): void {
    const matched = matchRuns(this.#items.splice(from));
    for (const item of matched) this.#items.push(item);
  }

  #closeOpenRuns(): void {
    for (let at = this.#items.length - 1, closed = 0; at >= 0 && closed < MAX_DEPTH / 2; at--) {
      const run = this.#items[at]?.run;
      if (!run?.canOpen || at === this.#items.length - 1) continue;
      const inner = nodesOf(this.#items.splice(at + 1));
      const children = run.count === 3 ? [wrap(run.mark, 2, inner)] : inner;
      this.#items[at] = {
        node: wrap(run.mark, run.count === 3 ? 1 : Math.min(run.count, 2), children),
        run: null,
        depth: 0,
      };
      closed++;
    }
  }
}

const link = (href: string, title: string | null, children: readonly Inline[], source: string): Inline => ({
  type: 'link',
  href,
  title,
  children,
  source,
});

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function closingTicks(text: string, from: number, length: number): number {
  for (let at = text.indexOf('`', from); at !== -1; ) {
    let run = 1;
    while (text[at + run] === '`') run++;
    if (run === length) return at;
    at = text.indexOf('`', at + run);
  }
  return -1;
}

function trimCode(code: string): string {
  const line = code.replaceAll('\n', ' ');
  return /^ .* $/.test(line) && line.trim() !== '' ? line.slice(1, -1) : line;
}

function inlineTarget(text: string, from: number): { href: string; title: string | null; end: number } | null {
  // The destination ends at a space or where its parentheses no longer balance.
  let at = from + 1;
  while (/\s/.test(text[at] ?? '')) at++;
  let href: string;
  if (text[at] === '<') {
    const angle = matchAt(/<((?:[^<>\n\\]|\\.)*)>/y, text, at);
    if (angle === null) return null;
    href = angle[1] ?? '';
    at += angle[0].length;
  } else {
    const start = at;
    const limit = Math.min(text.length, start + MAX_ADDRESS);
    for (let depth = 0; at < limit && !/[\s\p{Cc}]/u.test(text[at] ?? ''); at++) {
      if (text[at] === '\\' && PUNCTUATION.test(text[at + 1] ?? '')) at++;
      else if (text[at] === '(' && ++depth > MAX_NESTED) return null;
      else if (text[at] === ')' && depth-- === 0) break;
    }
    href = text.slice(start, at);
  }
  const rest = matchAt(TITLE, text, at);
  if (rest === null) return null;
  const title = rest[1] === undefined ? null : plainSource(rest[1].slice(1, -1));
  return { href: plainSource(href), title, end: at + rest[0].length };
}

/** Resolves escapes and character references in an address or a title. */
function plainSource(text: string): string {
  let plain = '';
  for (let at = 0; at < text.length; ) {
    const entity = text[at] === '&' ? entityAt(text, at) : null;
    if (entity !== null) {
      plain += entity.value;
      at += entity.source.length;
      continue;
    }
    if (text[at] === '\\' && PUNCTUATION.test(text[at + 1] ?? '')) at++;
    plain += text[at] ?? '';
    at++;
  }
  return plain;
}

const withoutLinks = (nodes: readonly Inline[]): Inline[] =>
  nodes.flatMap((node): Inline[] => {
    if (node.type === 'link') return withoutLinks(node.children);
    if (node.type === 'image') return [{ type: 'text', value: node.alt }];
    return 'children' in node ? [{ ...node, children: withoutLinks(node.children) }] : [node];
  });

/** The text that nodes show. */
export function plainText(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.type) {
        case 'text':
        case 'code':
          return node.value;
        case 'math':
          return node.source;
        case 'image':
          return node.alt;
        case 'footnoteReference':
          return `[${node.label}]`;
        case 'break':
          return '\n';
        default:
          return plainText(node.children);
      }
    })
    .join('');
}
