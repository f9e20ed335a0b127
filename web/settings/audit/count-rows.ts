// Counts the rows of an export while it downloads, and detects from its last line whether it is incomplete. Pure.

const [LINE_END, QUOTE] = [10, 34];
/** Longer than any last line the server sends. */
const TAIL_BYTES = 2_000;

export function createRowCounter(format: 'ndjson' | 'csv') {
  let ends = 0;
  let isQuoted = false;
  let tail = new Uint8Array();

  /** Returns the number of rows so far. */
  function take(chunk: Uint8Array): number {
    for (const byte of chunk) {
      if (format === 'csv' && byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === LINE_END && !isQuoted) ends += 1;
    }
    const joined = new Uint8Array(Math.min(tail.length, TAIL_BYTES) + Math.min(chunk.length, TAIL_BYTES));
    const kept = tail.subarray(-TAIL_BYTES);
    joined.set(kept);
    joined.set(chunk.subarray(-TAIL_BYTES), kept.length);
    tail = joined.subarray(-TAIL_BYTES);
    return rows();
  }

  // The first CSV line is the header.
  const rows = (): number => Math.max(0, ends - (format === 'csv' ? 1 : 0));

  function isIncomplete(): boolean {
    const last = new TextDecoder().decode(tail).trimEnd().split('\n').at(-1) ?? '';
    return format === 'csv' ? last.startsWith('incomplete,') : last.startsWith('{"incomplete":true');
  }

  return { take, isIncomplete };
}
