// Lists the tests of each requirement. Requirements are defined in docs/requirements.md (R1…) and docs/ui.md (U1…), and
// test titles name them: `replays a repeated runId (R44)`. `npm run requirements` writes docs/tests-by-requirement.md from
// the titles, and `npm run check` fails if the three don't match.
import { parseSync, Visitor } from 'oxc-parser';
import type { TextFile } from './check-repository.ts';

export const LIST_PATH = 'docs/tests-by-requirement.md';

const DEFINITION_PATHS = ['docs/requirements.md', 'docs/ui.md'];
/** The first cell of a row of a requirement table. */
const DEFINITION = /^\| ([RU]\d{1,2}) \|.*$/gm;
/** In a definition: a requirement that is verified by a long measurement instead of a test. */
const MEASURED = /`npm run ([\w:]+)`/;
const ID = /\b[RU]\d{1,2}\b/g;
/** How a title names requirements: `… (R44)`, `… (R4, U7)`, or `R44: …` at the start of the title or of a part of it. */
const MARKER = /\s*\([RU]\d{1,2}(?:, [RU]\d{1,2})*\)|(?:\b[RU]\d{1,2}(?:, |: ))+/g;
/** A row of `test.each` with its own title. */
const IS_MARKED = /^[RU]\d{1,2}(?:, [RU]\d{1,2})*: |\([RU]\d{1,2}(?:, [RU]\d{1,2})*\)$/;
const COMMENT = /^\s*(?:\/\/|\/?\*|--).*|\s(?:\/\/|--)\s.*/;
const IS_TEST = /\.test\.tsx?$/;
const IS_SOURCE = /^(web|worker|durable|migrations|local|bench)\/.*\.(ts|tsx|sql|css)$/;
const TEST_FUNCTIONS = ['test', 'it', 'describe'];

export type TestTitle = { readonly file: string; readonly title: string; readonly isSuite: boolean };
type Definition = { readonly id: string; readonly path: string; readonly isMeasured: boolean };

/** One line for each requirement without a test, unknown id and stale list; empty if there is none. */
export function findRequirementProblems(files: readonly TextFile[]): string[] {
  const definitions = readDefinitions(files);
  const known = new Set(definitions.map(({ id }) => id));
  const tests = findMarkedTests(files);
  const problems: string[] = [];
  for (const { id, path } of definitions.filter(
    (one, index) => definitions.findIndex(({ id }) => id === one.id) < index,
  )) {
    problems.push(`${path} defines ${id} twice`);
  }
  for (const { id, path, isMeasured } of definitions) {
    if (!isMeasured && !tests.has(id)) problems.push(`${path}: no test has (${id}) in its title`);
  }
  for (const { file, id, line } of findNamedIds(files)) {
    if (!known.has(id))
      problems.push(`${file}:${line} names ${id}, which ${DEFINITION_PATHS.join(' and ')} do not define`);
  }
  const list = files.find(({ path }) => path === LIST_PATH);
  if (list?.text !== renderTestList(files)) problems.push(`${LIST_PATH} is out of date: npm run requirements`);
  return problems;
}

/** The whole text of the generated page. */
export function renderTestList(files: readonly TextFile[]): string {
  const tests = findMarkedTests(files);
  const sections = readDefinitions(files).map(({ id, path, isMeasured }) => {
    const lines = isMeasured ? ['- Measured by the command that its definition names.'] : [];
    for (const [file, titles] of Map.groupBy(tests.get(id) ?? [], (test) => test.file)) {
      lines.push(`- [${file}](../${file})`);
      for (const { title, isSuite } of titles) {
        lines.push(`  - ${escapeMarkdown(title)}${isSuite ? ' (the whole group)' : ''}`);
      }
    }
    return [`## ${id}`, '', `[Definition](${path.replace('docs/', '')})`, '', ...lines].join('\n');
  });
  const opening = [
    '# Tests by requirement',
    '',
    '`npm run requirements` writes this page from the titles of the tests. Do not edit it. The requirements are in',
    '[requirements.md](requirements.md) and [ui.md](ui.md).',
  ].join('\n');
  return `${[opening, ...sections].join('\n\n')}\n`;
}

/** Requirement → its tests, by file, in the order of the file. */
export function findMarkedTests(files: readonly TextFile[]): Map<string, TestTitle[]> {
  const tests = new Map<string, TestTitle[]>();
  const testFiles = files.filter(({ path }) => IS_TEST.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, text } of testFiles) {
    for (const { title, isSuite } of readTitles(path, text)) {
      const entry = { file: path, title: title.replaceAll(MARKER, '').trim(), isSuite };
      for (const id of new Set(title.match(ID))) tests.set(id, [...(tests.get(id) ?? []), entry]);
    }
  }
  return tests;
}

type Title = { readonly title: string; readonly isSuite: boolean; readonly start: number };

/** Titles of tests and groups that name a requirement, including those of `test.each(…)(title)` and its rows. */
function readTitles(file: string, source: string): Title[] {
  if (source.search(ID) === -1) return [];
  const titles = new Map<number, Title>();
  new Visitor({
    CallExpression: ({ callee, arguments: [first] }) => {
      const name = rootName(callee);
      if (first === undefined || name === null || !TEST_FUNCTIONS.includes(name)) return;
      const title = textOf(first);
      if (title?.match(ID)) titles.set(first.start, { title, isSuite: name === 'describe', start: first.start });
    },
    Literal: ({ value, start }) => {
      if (typeof value !== 'string' || !IS_MARKED.test(value) || titles.has(start)) return;
      titles.set(start, { title: value, isSuite: false, start });
    },
  }).visit(parseSync(file, source).program);
  return [...titles.values()].sort((a, b) => a.start - b.start);
}

type Node = { readonly type: string };

function rootName(callee: Node): string | null {
  if (callee.type === 'Identifier') return (callee as Node & { name: string }).name;
  if (callee.type === 'MemberExpression') return rootName((callee as Node & { object: Node }).object);
  return callee.type === 'CallExpression' ? rootName((callee as Node & { callee: Node }).callee) : null;
}

function textOf(node: Node): string | null {
  if (node.type === 'Literal') {
    const { value } = node as Node & { value: unknown };
    return typeof value === 'string' ? value : null;
  }
  if (node.type !== 'TemplateLiteral') return null;
  const { quasis } = node as Node & { quasis: { value: { cooked: string | null } }[] };
  return quasis.map(({ value }) => value.cooked ?? '').join('…');
}

/** Ids in titles of tests and in comments. Elsewhere `R1` may be the name of a part. */
function findNamedIds(files: readonly TextFile[]): { file: string; id: string; line: number }[] {
  return files
    .filter(({ path }) => IS_SOURCE.test(path))
    .filter(({ text }) => text.search(ID) !== -1)
    .flatMap(({ path, text }) => {
      const lineAt = (start: number) => text.slice(0, start).split('\n').length;
      const titles = IS_TEST.test(path) ? readTitles(path, text) : [];
      const named = [
        ...titles.map(({ title, start }) => ({ words: title, line: lineAt(start) })),
        ...text.split('\n').map((line, index) => ({ words: COMMENT.exec(line)?.[0] ?? '', line: index + 1 })),
      ];
      return named.flatMap(({ words, line }) => [...new Set(words.match(ID))].map((id) => ({ file: path, id, line })));
    });
}

function readDefinitions(files: readonly TextFile[]): Definition[] {
  return DEFINITION_PATHS.flatMap((path) => {
    const text = files.find((file) => file.path === path)?.text ?? '';
    return [...text.matchAll(DEFINITION)].map(([row, id = '']) => ({ id, path, isMeasured: MEASURED.test(row) }));
  });
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>]/g, (character) => `\\${character}`).replaceAll('\n', ' ');
}
