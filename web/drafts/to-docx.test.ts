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

test('headings, lists, tables and emphasis stand in the document, with every letter', async () => {
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

test('gaps keep their brackets', async () => {
  expect(await documentOf('Doors: [missing: doors time]')).toContain('[missing: doors time]');
});

test('a link leads nowhere but where it may', async () => {
  const xml = await documentOf(
    '[good](https://example.com/a) [bad](javascript:alert(1)) ![pixel](https://evil.test/x.png)',
  );
  expect(xml).toContain('https://example.com/a');
  expect(xml).not.toMatch(/javascript|evil\.test/);
});
