// Keeps documents correct as files move: links have targets, every page is in the index, decisions have the same sections,
// and the tour names files and functions that exist.
import { posix } from 'node:path';
import type { TextFile } from './check-repository.ts';

const INDEX = 'docs/README.md';
const TOUR = 'docs/tour.md';
const DECISION = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/;
const DECISION_STATUS = /^Status: (accepted|superseded by)/m;
const DECISION_SECTIONS = ['## Context', '## Decision', '## Consequences'];
const LINK = /\]\(([^)\s]+)\)/g;
const IS_EXTERNAL = /^[a-z]+:/;
const CODE_BLOCK = /^```[\s\S]*?^```/gm;
/** In the tour: a link to a file, or a name in code after one. */
const TOUR_PART = /\]\(([^)\s]+)\)|`([A-Za-z_]\w*)(?:\(\))?`/g;

/** One line for each problem; empty if there is none. `files` are all files of the repository. */
export function findDocProblems(files: readonly TextFile[]): string[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const pages = files.filter(({ path }) => path.endsWith('.md'));
  return [
    ...pages.flatMap((page) => checkLinks(page, texts)),
    ...checkIndex(pages, texts.get(INDEX) ?? ''),
    ...checkDecisions(pages),
    ...checkTour(texts),
  ];
}

function checkLinks({ path, text }: TextFile, texts: ReadonlyMap<string, string>): string[] {
  return linksOf(text).flatMap((link) => {
    const [address = '', anchor] = link.split('#');
    const target = address === '' ? path : posix.join(posix.dirname(path), address);
    const isFolder = [...texts.keys()].some((file) => file.startsWith(`${target.replace(/\/$/, '')}/`));
    if (!texts.has(target) && !isFolder) return [`${path} links to ${link}: there is no such file`];
    if (anchor === undefined || anchorsOf(texts.get(target) ?? '').has(anchor)) return [];
    return [`${path} links to ${link}: there is no such heading`];
  });
}

function linksOf(text: string): string[] {
  const prose = text.replaceAll(CODE_BLOCK, '');
  return [...prose.matchAll(LINK)].map(([, link = '']) => link).filter((link) => !IS_EXTERNAL.test(link));
}

/** The anchors that GitHub gives headings. */
function anchorsOf(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function checkIndex(pages: readonly TextFile[], index: string): string[] {
  const listed = new Set(linksOf(index));
  return pages
    .filter(({ path }) => /^docs\/[^/]+\.md$/.test(path) && path !== INDEX)
    .filter(({ path }) => !listed.has(posix.basename(path)))
    .map(({ path }) => `${INDEX} does not list ${posix.basename(path)}`);
}

function checkDecisions(pages: readonly TextFile[]): string[] {
  const decisions = pages.filter(({ path }) => path.startsWith('docs/decisions/'));
  return decisions
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap(({ path, text }, index) => {
      const number = Number(DECISION.exec(path)?.[1]);
      if (number !== index + 1) return [`${path} should be number ${String(index + 1).padStart(4, '0')}`];
      if (!text.startsWith(`# ${number}. `)) return [`${path} does not begin with "# ${number}. "`];
      if (!DECISION_STATUS.test(text)) return [`${path} has no status`];
      const missing = DECISION_SECTIONS.filter((section) => !text.includes(`\n${section}\n`));
      return missing.length === 0 ? [] : [`${path} lacks ${missing.join(', ')}`];
    });
}

/** A name belongs to the last linked file. Broken links are reported separately. */
function checkTour(texts: ReadonlyMap<string, string>): string[] {
  let file: string | null = null;
  const problems: string[] = [];
  for (const [, link, name] of (texts.get(TOUR) ?? '').replaceAll(CODE_BLOCK, '').matchAll(TOUR_PART)) {
    if (link !== undefined) file = posix.join('docs', link);
    const text = file === null ? undefined : texts.get(file);
    if (name !== undefined && text !== undefined && !declares(text, name)) {
      problems.push(`${TOUR} names ${name}, which ${file} does not declare`);
    }
  }
  return problems;
}

function declares(text: string, name: string): boolean {
  const declaration = `(?:function\\*?|const|let|class|type)\\s+${name}\\b`;
  const member = `^\\s+(?:async |override |readonly |#)*${name}\\??\\s*[(:<]`;
  const sql = `(?:function|table)\\s+(?:\\w+\\.)?${name}\\b`;
  return new RegExp(`${declaration}|${member}|${sql}`, 'm').test(text);
}
