// Levels of an answer's headings. They rank below the article's own `h2` and never skip a level, whatever depth the model
// chose: `###` as the first heading is an `h3`, and `####` below it an `h4`.
import type { Block, Inline } from './parse/nodes.ts';

type Blocks = readonly Block<Inline[]>[];

/** Depths of the headings that the next one can be below, such as `2,3`. A string, so that it compares by value. */
export type Above = string;

export const NOTHING_ABOVE: Above = '';

const FIRST_LEVEL = 3;
const LAST_LEVEL = 6;

/** Gives each heading its level, in the order of the document. */
export type HeadingLevels = { next(depth: number): number; above(): Above };

export function createHeadingLevels(above: Above): HeadingLevels {
  const depths = above === NOTHING_ABOVE ? [] : above.split(',').map(Number);
  return {
    next(depth) {
      while ((depths.at(-1) ?? 0) >= depth) depths.pop();
      depths.push(depth);
      return Math.min(FIRST_LEVEL + depths.length - 1, LAST_LEVEL);
    },
    above: () => depths.join(','),
  };
}

const depthsIn = new WeakMap<Blocks, readonly number[]>();

/** What is above the headings that follow these blocks. */
export function aboveAfter(above: Above, nodes: Blocks): Above {
  let depths = depthsIn.get(nodes);
  if (depths === undefined) {
    depths = nodes.flatMap(headingDepths);
    depthsIn.set(nodes, depths);
  }
  if (depths.length === 0) return above;
  const levels = createHeadingLevels(above);
  for (const depth of depths) levels.next(depth);
  return levels.above();
}

function headingDepths(node: Block<Inline[]>): number[] {
  if (node.type === 'heading') return [node.depth];
  if (node.type === 'list') return node.items.flatMap((item) => item.children.flatMap(headingDepths));
  if (node.type === 'quote' || node.type === 'footnote') return node.children.flatMap(headingDepths);
  return [];
}
