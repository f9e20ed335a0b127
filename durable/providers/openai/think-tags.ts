// Splits the text of servers without a reasoning parser: what they send between <think> tags at the start of an answer is the
// model's reasoning, not its answer.

type Piece = { readonly type: 'text' | 'reasoning'; readonly delta: string };

const OPENING = ['<think>', '<thinking>', '<thought>'] as const;

export function createThinkSplitter() {
  let mode: 'start' | 'inside' | 'after' | 'text' = 'start';
  let closing = '';
  let held = '';
  let inside = '';

  function push(delta: string): Piece[] {
    if (mode === 'text') return delta === '' ? [] : [{ type: 'text', delta }];
    held += delta;
    if (mode === 'start') return open();
    return mode === 'inside' ? close() : skip();
  }

  function open(): Piece[] {
    const start = held.trimStart();
    const tag = OPENING.find((one) => start.startsWith(one));
    if (tag) {
      mode = 'inside';
      closing = tag.replace('<', '</');
      held = start.slice(tag.length);
      return close();
    }
    // Maybe the beginning of a tag.
    if (OPENING.some((one) => one.startsWith(start))) return [];
    return asText();
  }

  function close(): Piece[] {
    const end = held.indexOf(closing);
    if (end >= 0) {
      const reasoning = held.slice(0, end);
      held = held.slice(end + closing.length);
      mode = 'after';
      return [...asReasoning(reasoning), ...skip()];
    }
    // The last characters may be the beginning of the closing tag.
    let keep = Math.min(closing.length - 1, held.length);
    while (keep > 0 && !closing.startsWith(held.slice(held.length - keep))) keep -= 1;
    const sure = held.slice(0, held.length - keep);
    held = held.slice(held.length - keep);
    return asReasoning(sure);
  }

  /** The blank lines between reasoning and answer. */
  function skip(): Piece[] {
    held = held.trimStart();
    return held === '' ? [] : asText();
  }

  function asText(): Piece[] {
    mode = 'text';
    const delta = held;
    held = '';
    return [{ type: 'text', delta }];
  }

  function asReasoning(delta: string): Piece[] {
    inside += delta;
    return delta === '' ? [] : [{ type: 'reasoning', delta }];
  }

  return {
    push,
    /** What is left at the end. In a whole answer, a tag that was never closed was part of the text. */
    end(isWhole: boolean): Piece[] {
      const isInside = mode === 'inside';
      const rest = isInside && isWhole ? inside + held : held;
      held = '';
      mode = 'text';
      if (rest.trim() === '') return [];
      return [{ type: isInside && !isWhole ? 'reasoning' : 'text', delta: rest }];
    },
  };
}
