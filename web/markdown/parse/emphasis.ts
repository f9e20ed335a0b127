// Pairs runs of `*`, `_` and `~`, by the delimiter algorithm of CommonMark.

import { UNSPACED } from '../safe-link.ts';
import type { Inline } from './nodes.ts';

/** A node, or a run of delimiters that is text until it finds its counterpart. */
export type Item = {
  node: Inline;
  run: Run | null;
  depth: number;
};
type Run = Flanks & {
  readonly mark: string;
  /** Delimiters that are still text, of all in the run. */
  count: number;
  readonly length: number;
};
type Flanks = {
  readonly canOpen: boolean;
  readonly canClose: boolean;
  /** Text touches both sides. */
  readonly isInner: boolean;
};

/** Emphasis within emphasis beyond this stays text, because rendering recurses. */
export const MAX_DEPTH = 40;

export const before = (text: string, at: number): string => {
  const low = text.charCodeAt(at - 1);
  return low >= 0xdc00 && low <= 0xdfff ? text.slice(at - 2, at) : text.slice(Math.max(0, at - 1), at);
};

export const after = (text: string, at: number): string => {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
};

const isSpace = (char: string): boolean => char === '' || /\s/.test(char);
const isMark = (char: string): boolean => /[\p{P}\p{S}]/u.test(char);
const isOperand = (char: string): boolean => /[\p{L}\p{N}]/u.test(char) && !UNSPACED.test(char);

/** Whether a run of delimiters can open and close emphasis. */
export function flanksOf(previous: string, next: string, mark: string): Flanks {
  const opensAfter = isSpace(previous) || isMark(previous) || UNSPACED.test(previous);
  const closesBefore = isSpace(next) || isMark(next) || UNSPACED.test(next);
  const left = !isSpace(next) && (!isMark(next) || opensAfter);
  const right = !isSpace(previous) && (!isMark(previous) || closesBefore);
  const isInner = left && right;
  if (mark === '_') {
    return { canOpen: left && (!right || isMark(previous)), canClose: right && (!left || isMark(next)), isInner };
  }
  // Between two operands it is a product or a power, as in 5*3*2 or (a)*(b)*(c).
  const isProduct = (isOperand(previous) || /[)\]]/.test(previous)) && (isOperand(next) || /[([]/.test(next));
  const isNumeric = /\d/.test(previous) && /\d/.test(next);
  return { canOpen: left && !isProduct, canClose: right && !isNumeric, isInner };
}

/** Pairs runs of delimiters, the innermost first. */
export function matchRuns(source: readonly Item[]): Item[] {
  const items: Item[] = [];
  // Where an opener of a kind was looked for in vain: none lies before it.
  const bottoms = new Map<string, number>();
  for (const item of source) {
    const { run } = item;
    if (!run?.canClose) {
      items.push(item);
      continue;
    }
    const kind = `${run.mark}${run.canOpen}${run.length % 3}`;
    while (run.count > 0) {
      const at = openerFor(items, run, Math.max(bottoms.get(kind) ?? 0, bottoms.get('all') ?? 0));
      if (at === -1) break;
      if (!closeRun(items, at, run)) bottoms.set('all', items.length);
      for (const [key, bottom] of bottoms) bottoms.set(key, Math.min(bottom, items.length));
    }
    if (run.count === 0) continue;
    bottoms.set(kind, items.length);
    items.push({ ...item, node: { type: 'text', value: run.mark.repeat(run.count) } });
  }
  return items;
}

function openerFor(items: readonly Item[], closer: Run, bottom: number): number {
  for (let at = items.length - 1; at >= bottom; at--) {
    const run = items[at]?.run;
    if (!run?.canOpen || run.mark !== closer.mark || run.count === 0) continue;
    const isAmbiguous = (run.isInner || closer.isInner) && closer.length % 3 !== 0;
    if (isAmbiguous && (run.length + closer.length) % 3 === 0) continue;
    return at;
  }
  return -1;
}

/** Makes the items after an opener its content. False if they are nested too deep for that. */
function closeRun(items: Item[], at: number, closer: Run): boolean {
  const opener = items[at];
  const run = opener?.run;
  if (opener === undefined || !run) return false;
  let depth = 1;
  for (let inner = at + 1; inner < items.length; inner++) depth = Math.max(depth, (items[inner]?.depth ?? 0) + 1);
  if (depth > MAX_DEPTH) return false;
  const used = Math.min(run.count, closer.count, 2);
  const node = wrap(closer.mark, used, nodesOf(items.splice(at + 1)));
  run.count -= used;
  closer.count -= used;
  if (run.count === 0) items.pop();
  else opener.node = { type: 'text', value: run.mark.repeat(run.count) };
  items.push({ node, run: null, depth });
  return true;
}

export function wrap(mark: string, count: number, children: readonly Inline[]): Inline {
  if (mark === '~') return { type: 'strike', children };
  return { type: count === 2 ? 'strong' : 'emphasis', children };
}

/** The nodes of items, with neighboring texts joined. */
export function nodesOf(items: readonly Item[]): Inline[] {
  const nodes: Inline[] = [];
  for (const { node } of items) {
    const last = nodes.at(-1);
    if (node.type === 'text' && last?.type === 'text') {
      nodes[nodes.length - 1] = { type: 'text', value: last.value + node.value };
    } else if (node.type !== 'text' || node.value !== '') nodes.push(node);
  }
  return nodes;
}
