import { describe, expect, it } from 'vitest';
import { findMarkedTests, findRequirementProblems, LIST_PATH, renderTestList } from './requirement-tests.ts';

// Ids are put together so that the check doesn't take these examples for the repository's own.
const one = `R${1}`;
const other = `U${2}`;
const unknown = `R${99}`;

const docs = (rows: string) => ({ path: 'docs/requirements.md', text: `| id | requirement |\n| --- | --- |\n${rows}` });
const test = (text: string, path = 'worker/app.test.ts') => ({ path, text });

describe('findRequirementProblems', () => {
  it('passes when each requirement has a test and the list is current', () => {
    const files = [docs(`| ${one} | Rows never cross. |\n`), test(`it('crosses nothing (${one})', () => {});`)];
    expect(findRequirementProblems(withList(files))).toEqual([]);
  });

  it('reports a requirement without a test', () => {
    const files = [docs(`| ${one} | Rows never cross. |\n`)];
    expect(findRequirementProblems(withList(files))).toEqual([
      `docs/requirements.md: no test has (${one}) in its title`,
    ]);
  });

  it('accepts a requirement that a command measures', () => {
    const files = [docs(`| ${one} | Memory stays flat. Measured by \`npm run bench:soak\`. |\n`)];
    expect(findRequirementProblems(withList(files))).toEqual([]);
  });

  it.each([
    ['a title', 'worker/app.test.ts', `it('crosses nothing (${unknown})', () => {});`],
    ['a comment', 'worker/app.ts', `const a = 1; // ${unknown}: why\n`],
    ['a doc comment', 'worker/app.ts', `/** At most this much (${unknown}). */\n`],
    ['a comment of SQL', 'migrations/0001_create_a.sql', `-- ${unknown}\n`],
  ])('reports an unknown id in %s', (_place, path, text) => {
    const problems = findRequirementProblems(withList([docs(''), { path, text }]));
    expect(problems).toEqual([`${path}:1 names ${unknown}, which docs/requirements.md and docs/ui.md do not define`]);
  });

  it('ignores an id in other text', () => {
    const files = [docs(''), test(`it('reads a designator', () => { read('${unknown}, 2'); });`)];
    expect(findRequirementProblems(withList(files))).toEqual([]);
  });

  it('reports a requirement that is defined twice', () => {
    const row = `| ${one} | Rows never cross. |\n`;
    const files = [docs(row + row), test(`it('crosses nothing (${one})', () => {});`)];
    expect(findRequirementProblems(withList(files))).toEqual([`docs/requirements.md defines ${one} twice`]);
  });

  it('reports a list that no longer matches the titles', () => {
    const files = withList([
      docs(`| ${one} | Rows never cross. |\n`),
      test(`it('crosses nothing (${one})', () => {});`),
    ]);
    const renamed = files.map((file) => ({ ...file, text: file.text.replace("it('crosses", "it('never crosses") }));
    expect(findRequirementProblems(renamed)).toEqual([`${LIST_PATH} is out of date: npm run requirements`]);
  });
});

describe('findMarkedTests', () => {
  const titlesOf = (text: string) => findMarkedTests([test(text)]).get(one);
  const entry = (title: string, isSuite = false) => [{ file: 'worker/app.test.ts', title, isSuite }];

  it.each([
    ['at the end of a title', `it('crosses nothing (${one})', f);`],
    ['among others', `it('crosses nothing (${one}, ${other})', f);`],
    ['at the start of a title', `test('${one}: crosses nothing', f);`],
    ['in a title over a table', `it.each([1, 2])('crosses nothing (${one})', f);`],
    ['in a row of a table', `const rows = [['${one}: crosses nothing', 1]]; test.each(rows)('%s', f);`],
    ['in a row of a table that ends with it', `test.each([['crosses nothing (${one})', 1]])('%s', f);`],
  ])('finds an id %s and drops it from the title', (_place, text) => {
    expect(titlesOf(text)).toEqual(entry('crosses nothing'));
  });

  it('marks a group as one', () => {
    expect(titlesOf(`describe('isolation (${one})', f);`)).toEqual(entry('isolation', true));
  });

  it('reads template literals', () => {
    expect(titlesOf(`it(\`crosses \${noun} (${one})\`, f);`)).toEqual(entry('crosses …'));
  });
});

function withList(files: { path: string; text: string }[]): { path: string; text: string }[] {
  return [...files, { path: LIST_PATH, text: renderTestList(files) }];
}
