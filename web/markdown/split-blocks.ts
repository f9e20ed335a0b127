// Cuts markdown into top-level blocks, so that only the last one is parsed again while an answer streams.
// A cut is made only where nothing that follows can change the block before it.

export type Block = {
  /** Where the block begins in the source; stable while text is only appended. */
  readonly start: number;
  readonly source: string;
  /** The block ends inside a code fence that is still open. */
  readonly openFence: boolean;
};

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const LIST_ITEM = /^\s{0,8}(?:[-+*]|\d{1,9}[.)])(?:\s|$)/;
const QUOTE = /^ {0,3}>/;

export function splitBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  let fence: string | null = null;
  let afterBlank = false;
  let first = '';
  let position = 0;
  while (position < text.length) {
    const newline = text.indexOf('\n', position);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(position, end);
    const blank = line.trim() === '';
    if (fence === null && afterBlank && !blank && !continuesBlock(first, line)) {
      blocks.push({ start, source: text.slice(start, position), openFence: false });
      start = position;
      first = '';
    }
    if (first === '' && !blank) first = line;
    fence = nextFence(fence, line, first);
    afterBlank = blank && fence === null;
    position = end + 1;
  }
  if (start < text.length) blocks.push({ start, source: text.slice(start), openFence: fence !== null });
  return blocks;
}

/** The fence that is open after this line. Fences inside list items may be indented further than three spaces. */
function nextFence(open: string | null, line: string, first: string): string | null {
  const match = FENCE.exec(LIST_ITEM.test(first) ? line.trimStart() : line);
  const marks = match?.[1];
  if (marks === undefined) return open;
  if (open === null) return marks;
  const closes = marks[0] === open[0] && marks.length >= open.length && match?.[2]?.trim() === '';
  return closes ? null : open;
}

/** A list goes on over a blank line with a further item or an indented line, a quotation with a further mark. */
function continuesBlock(first: string, line: string): boolean {
  if (LIST_ITEM.test(first)) return LIST_ITEM.test(line) || /^\s/.test(line);
  return QUOTE.test(first) && QUOTE.test(line);
}
