import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { toDocx } from './to-docx.ts';

async function documentOf(markdown: string): Promise<string> {
  const bytes = new Uint8Array(await (await toDocx(markdown, 'A draft')).arrayBuffer());
  const parts = unzipSync(bytes);
  return (
    new TextDecoder().decode(parts['word/document.xml']) +
    new TextDecoder().decode(parts['word/_rels/document.xml.rels'])
  );
}

test('toDocx converts headings, lists, tables and emphasis, and keeps non-ASCII letters', async () => {
  const xml = await documentOf(
    '# Titel für Núñez\n\n**Fett** und <b>roh</b>\n\n- one\n- two\n\n| A | B |\n| --- | --- |\n| 1 & 2 | <3 |',
  );
  expect(xml).toContain('Titel für Núñez');
  expect(xml).toMatch(/<w:pStyle w:val="Heading1"\/>/);
  expect(xml).toMatch(/<w:b\/>.*Fett/s);
  expect(xml.match(/<w:tc>/g)).toHaveLength(4);
  expect(xml).toContain('1 &amp; 2');
  expect(xml).toContain('&lt;3');
  expect(xml.match(/<w:numPr>/g)).toHaveLength(2);
});

test('toDocx keeps the brackets of gaps', async () => {
  expect(await documentOf('Doors: [missing: doors time]')).toContain('[missing: doors time]');
});

test('toDocx links safe addresses only, and shows images as links', async () => {
  const xml = await documentOf(
    '[good](https://example.com/a) [bad](javascript:alert(1)) ![picture](https://example.com/x.png)',
  );
  const targets = [...xml.matchAll(/Target="([^"]*)" TargetMode="External"/g)].map((match) => match[1]);
  expect(targets.toSorted()).toEqual(['https://example.com/a', 'https://example.com/x.png']);
  expect(xml).toContain('[bad](javascript:alert(1))');
  expect(xml).not.toContain('<pic:pic');
});

test('toDocx keeps footnotes, formulas and unused definitions', async () => {
  const xml = await documentOf('a[^1] and \\(A = \\pi r^2\\)\n\n[^1]: The note\n\n[2]: https://example.com/b');
  for (const text of ['[1]', 'The note', '\\(A = \\pi r^2\\)', '[2]: ', 'https://example.com/b'])
    expect(xml).toContain(text);
});
