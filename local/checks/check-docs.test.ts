import { describe, expect, it } from 'vitest';
import { findDocProblems } from './check-docs.ts';

const INDEX = { path: 'docs/README.md', text: '[tour.md](tour.md)' };
const CODE = {
  path: 'worker/app.ts',
  text: 'export function createApp() {}\nconst LIMIT = 1;\nclass A {\n  async fetch() {}\n}\n',
};
const TOUR = { path: 'docs/tour.md', text: '' };

const decision = (text: string, path = 'docs/decisions/0001-a-choice.md') => ({ path, text });
const WHOLE = '# 1. A choice\n\nStatus: accepted, May 2026.\n\n## Context\n\n## Decision\n\n## Consequences\n';

function problemsOf(...files: { path: string; text: string }[]): string[] {
  const paths = files.map(({ path }) => path);
  return findDocProblems([...files, ...[INDEX, CODE, TOUR].filter(({ path }) => !paths.includes(path))]);
}

describe('findDocProblems', () => {
  it.each([
    ['a file', 'See [the app](../worker/app.ts).'],
    ['a folder', 'See [the edge](../worker).'],
    ['a heading', '# A plan, in short\n\n[above](#a-plan-in-short)'],
    ['a heading of another page', '[the index](README.md#what-is-here)'],
    ['another site', '[AG-UI](https://docs.ag-ui.com)'],
    ['an example in a code block', '```md\n[gone](gone.md)\n```'],
  ])('accepts a link to %s', (_what, text) => {
    const index = { ...INDEX, text: `${INDEX.text}\n\n# What is here\n` };
    expect(problemsOf(index, { ...TOUR, text })).toEqual([]);
  });

  it.each([
    ['file', 'gone.md', 'there is no such file'],
    ['heading', 'README.md#gone', 'there is no such heading'],
  ])('reports a link to a missing %s', (_what, link, reason) => {
    expect(problemsOf({ ...TOUR, text: `[there](${link})` })).toEqual([`docs/tour.md links to ${link}: ${reason}`]);
  });

  it('reports a page that the index does not list', () => {
    expect(problemsOf({ path: 'docs/other.md', text: '' })).toEqual(['docs/README.md does not list other.md']);
  });

  it('accepts a decision with a status and all sections', () => {
    expect(problemsOf(decision(WHOLE))).toEqual([]);
  });

  it.each([
    ['its number', decision(WHOLE, 'docs/decisions/0002-a-choice.md'), 'should be number 0001'],
    ['its title', decision(WHOLE.replace('# 1.', '# 2.')), 'does not begin with "# 1. "'],
    ['its status', decision(WHOLE.replace('Status', 'State')), 'has no status'],
    ['a section', decision(WHOLE.replace('## Context', '## Why')), 'lacks ## Context'],
  ])('reports a decision by %s', (_what, file, problem) => {
    expect(problemsOf(file)).toEqual([`${file.path} ${problem}`]);
  });

  it.each(['createApp()', 'createApp', 'LIMIT', 'fetch()'])('accepts %s in the tour, after the file', (name) => {
    expect(problemsOf({ ...TOUR, text: `[app](../worker/app.ts): \`${name}\`` })).toEqual([]);
  });

  it('reports a name that the linked file does not declare', () => {
    expect(problemsOf({ ...TOUR, text: '[app](../worker/app.ts) calls `startApp()`' })).toEqual([
      'docs/tour.md names startApp, which worker/app.ts does not declare',
    ]);
  });
});
