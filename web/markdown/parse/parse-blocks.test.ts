import { Parser, type Node as ReferenceNode } from 'commonmark';
import { describe, expect, test } from 'vitest';
import type { Block, Inline } from './nodes.ts';
import { parseBlocks } from './parse-blocks.ts';
import { AnswerReader, readMarkdown } from './read-answer.ts';

/** The structure as the reference implementation of CommonMark sees it, in the form of `outline`. */
function referenceOutline(source: string): string {
  return children(new Parser().parse(source));
}

function children(node: ReferenceNode): string {
  const parts: string[] = [];
  for (let child = node.firstChild; child !== null; child = child.next) parts.push(referenceNode(child));
  // Neighboring texts are one.
  return parts.join('').replace(/”“/g, '');
}

function referenceNode(node: ReferenceNode): string {
  switch (node.type) {
    case 'text':
    case 'html_inline':
      return `“${node.literal}”`;
    case 'softbreak':
      return '“\n”';
    case 'linebreak':
      return '<br>';
    case 'code':
      return `<code ${node.literal}>`;
    case 'code_block':
      return `<pre ${node.info ?? ''} ${(node.literal ?? '').trimEnd()}>`;
    case 'emph':
      return `<emphasis ${children(node)}>`;
    case 'strong':
      return `<strong ${children(node)}>`;
    case 'link':
      return `<link ${decodeURI(node.destination ?? '')} ${node.title ?? ''} ${children(node)}>`;
    case 'image':
      return `<image ${decodeURI(node.destination ?? '')} ${children(node).replace(/[“”]/g, '')}>`;
    case 'heading':
      return `<h${node.level} ${children(node)}>`;
    case 'list':
      return `<${node.listType} ${node.listType === 'ordered' ? node.listStart : ''} ${node.listTight ? 'tight' : 'loose'} ${children(node)}>`;
    case 'item':
      return `<item ${children(node)}>`;
    case 'thematic_break':
      return '<rule>';
    case 'block_quote':
      return `<quote ${children(node)}>`;
    case 'paragraph':
      return `<p ${children(node)}>`;
    default:
      return `<${node.type}>`;
  }
}

const outline = (blocks: readonly Block<Inline[]>[]): string => blocks.map(blockOutline).join('');

function blockOutline(block: Block<Inline[]>): string {
  switch (block.type) {
    case 'paragraph':
      return `<p ${inlineOutline(block.content)}>`;
    case 'heading':
      return `<h${block.depth} ${inlineOutline(block.content)}>`;
    case 'code':
      return `<pre ${block.info} ${block.value.trimEnd()}>`;
    case 'list': {
      const items = block.items.map((item) => `<item ${outline(item.children)}>`).join('');
      const kind = block.ordered ? `ordered ${block.items[0]?.value}` : 'bullet ';
      return `<${kind} ${block.loose ? 'loose' : 'tight'} ${items}>`;
    }
    case 'rule':
      return '<rule>';
    case 'quote':
      return `<quote ${outline(block.children)}>`;
    default:
      return `<${block.type}>`;
  }
}

function inlineOutline(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.type) {
        case 'text':
          return `“${node.value}”`;
        case 'break':
          return '<br>';
        case 'code':
          return `<code ${node.value}>`;
        case 'link':
          return `<link ${node.href} ${node.title ?? ''} ${inlineOutline(node.children)}>`;
        case 'image':
          return `<image ${node.href} ${node.alt}>`;
        case 'strong':
        case 'emphasis':
          return `<${node.type} ${inlineOutline(node.children)}>`;
        default:
          return `<${node.type}>`;
      }
    })
    .join('');
}

const BLOCKS = [
  'plain text',
  'two\nlines',
  'hard  \nbreak and\\\nanother',
  '# Heading *one*',
  '## Closed ##',
  '#no heading',
  'Setext\n===',
  'Setext *two*\nlines\n---',
  '---',
  '* * *',
  '- a\n- b',
  '- a\n\n- b',
  '- a\n  - b\n    - c\n- d',
  '- a\n\n  more\n- b',
  '- a\n  lazy\nline',
  '- a\n  > quote\n  >\n- b',
  '1. one\n2. two',
  '3) three\n4) four',
  '- one\n* two\n+ three',
  '-\n  late\n- b',
  '-     code in item',
  'text\n- interrupts',
  'text\n1. interrupts\n2. more',
  'text\n14. does not',
  '> quote\nlazy',
  '> # heading\n> text\n>\n> more',
  '> - a\n> - b\n\n> other',
  '>no space\n> > nested\n> back',
  '```ts\nconst a = 1;\n\n- no list\n```',
  '~~~\n```\n~~~',
  '````\n```\n````',
  '```\nunclosed',
  '- item\n  ```py\n  x\n\n  y\n  ```\n- next',
  '  ```\n  indented fence\n  ```',
  '    indented code\n\n      more',
  '\ttab code',
  '-\ttab item\n\n\tparagraph in it',
  '10. ten\n    - nested\n\n    para',
  '[used]: /workspace/a "Title"\n\n[used] and [text][used] and [USED][]',
  '[a]: </workspace/x>\n[b]:\n/chat/b\n\n[a] [b]',
];

const INLINES = [
  '*a* _b_ **c** __d__',
  '***both*** and **a *b* c** and *a **b** c*',
  'a * b * c and 2 * 3',
  'snake_case_name and _em_ph',
  '*(a)* **"b"** "*c*"',
  '*a **b* c**',
  '****a****',
  '*a `code *` b*',
  '`a` ``b ` c`` ` d ` `` ` ``',
  '`unclosed *a*',
  '[link](https://ok.test) [titled](https://ok.test "T (x)") [angle](<https://ok.test/a b>)',
  '[a [b] c](https://ok.test) and [*em*](https://ok.test/(x))',
  '[not](a b) [not] [not][never] []',
  '![image alt](https://ok.test/a.png)',
  '[a [inner](/b) b](/a)',
  '<https://auto.test/a> and <me@ok.test>',
  'a \\*literal\\* \\_ \\# and C:\\dir \\\\',
  '&amp; &lt; &copy; &#35; &#x22; &unknownname; &',
  '<b>raw *em*</b> <br',
  'a!b [x]! ![',
  '**a** b** *c',
  '*a\nb*',
];

/** Where the outline departs from the reference on purpose. */
const DEPARTURES = /[`~]{3}|https?:\/\/(?![^\s>]*[>)])/;

describe('the parser agrees with the reference implementation of CommonMark', () => {
  test.each(BLOCKS)('on the block %j', (source) => {
    expect(outline(readMarkdown(source))).toBe(referenceOutline(source));
  });

  test.each(INLINES)('on the text %j', (source) => {
    expect(outline(readMarkdown(source))).toBe(referenceOutline(source));
  });

  test('on every pair of blocks, with and without a blank line, alone, in a quote and in a list', () => {
    const differing: string[] = [];
    for (const one of BLOCKS) {
      for (const other of [...BLOCKS, ...INLINES.slice(0, 6)]) {
        for (const joined of [`${one}\n${other}`, `${one}\n\n${other}`]) {
          const quoted = joined.replace(/^/gm, '> ');
          const listed = `- ${joined.replace(/\n(?=.)/g, '\n  ')}`;
          for (const source of [joined, quoted, listed]) {
            if (outline(readMarkdown(source)) !== referenceOutline(source)) differing.push(source);
          }
        }
      }
    }
    expect(differing).toEqual([]);
  });

  test('on generated emphasis and brackets', () => {
    const random = generator(7);
    const pieces = ['*', '**', '_', '__', 'a', 'b ', ' c', '[', ']', '(x)', '`', '\\', '.', '"', '\n'];
    const differing: string[] = [];
    for (let run = 0; run < 4000; run++) {
      const source = `x ${Array.from({ length: 12 }, () => pieces[Math.floor(random() * pieces.length)]).join('')}`;
      if (DEPARTURES.test(source) || /\w\*+\w|[)\]]\*+[[(\w]|\w\*+[[(]|\\[[(]/.test(source)) continue;
      if (outline(readMarkdown(source)) !== referenceOutline(source)) differing.push(source);
    }
    expect(differing).toEqual([]);
  });
});

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe('parseBlocks', () => {
  test('never changes a group before the last when lines are appended (U16)', () => {
    for (const source of [BLOCKS.join('\n\n'), BLOCKS.join('\n')]) {
      const whole = new Map(parseBlocks(source).map((group) => [group.start, JSON.stringify(group.blocks)]));
      for (let length = 1; length < source.length; length++) {
        if (source[length - 1] !== '\n') continue;
        for (const group of parseBlocks(source.slice(0, length)).slice(0, -1)) {
          expect({ length, blocks: JSON.stringify(group.blocks) }).toEqual({ length, blocks: whole.get(group.start) });
        }
      }
    }
  });

  test('says what is open at the end', () => {
    expect(parseBlocks('a\n\n```ts\nx').at(-1)?.open).toBe('code');
    expect(parseBlocks('- a\n\n  ```ts\n  x').at(-1)?.open).toBe('code');
    expect(parseBlocks('a\n\n```ts\nx\n```').at(-1)?.open).toBe(null);
    expect(parseBlocks('$$\nx').at(-1)?.open).toBe('math');
  });

  test('stays text beyond a depth that is legible', () => {
    const [group] = parseBlocks(`${'> '.repeat(5000)}deep`);
    expect(JSON.stringify(group)).toContain('> > > deep');
  });

  test.each([
    ['quotes', '>'.repeat(20_000)],
    ['lists', '- '.repeat(10_000)],
    ['brackets', '['.repeat(20_000)],
    ['half links', '[a](b'.repeat(5000)],
    ['half titles', '[a](b "'.repeat(5000)],
    ['emphasis', '*a **b '.repeat(5000)],
    ['nested emphasis', `${'*a '.repeat(5000)}${'b*'.repeat(5000)}`],
    ['backticks', Array.from({ length: 300 }, (_, at) => '`'.repeat(at + 1)).join(' a ')],
    ['formulas', '\\( $a $$ '.repeat(5000)],
    ['formula lines', '$$ a\n'.repeat(5000)],
    ['comments', '<!-- a '.repeat(5000)],
    ['tags', '<a b="c '.repeat(5000)],
    ['definitions', '[a]: b\n'.repeat(3000)],
    ['table rows', `| a |\n| - |\n${'| b |\n'.repeat(5000)}`],
    ['parentheses in an unfinished link', `[x](${'(aaaaaaaaaa'.repeat(1000)} y`],
  ])('doesn’t hang on a hostile number of %s, whole or while it streams', (_name, source) => {
    expect(readMarkdown(source).length).toBeGreaterThan(0);
    expect(() => new AnswerReader().read(source, true)).not.toThrow();
  });
});
