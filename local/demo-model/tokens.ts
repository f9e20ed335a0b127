// Word pieces stand in for a tokenizer: they pace the stream and are what usage counts, so that both agree.

/** A leading space belongs to the piece, a long word is several pieces, a run of white space is one. */
const PIECE = / ?\p{L}{1,6}| ?\p{N}{1,3}|[^\S\n ]+|\n+| (?=\s)| ?[^\s\p{L}\p{N}]|\s/gu;

/** Splits text so that the pieces joined give it back. */
export function splitPieces(text: string): readonly string[] {
  return text.match(PIECE) ?? [];
}

export function countTokens(text: string): number {
  return splitPieces(text).length;
}
