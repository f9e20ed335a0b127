// docs/plm-rules.md names a test for each rule. This checks that those tests exist under those names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

test('docs/plm-rules.md names an existing test for each rule', () => {
  const rows = readFileSync(join(ROOT, 'docs/plm-rules.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.endsWith('.ts |'))
    .map((line) => line.slice(2, -2).split(' | '));
  expect(rows.length).toBeGreaterThan(30);
  const lost = rows.filter(([, title, file]) => {
    const text = readFileSync(join(ROOT, file ?? ''), 'utf8');
    return !text.includes(`'${title}'`) && !text.includes(`"${title}"`);
  });
  expect(lost).toEqual([]);
});
