// Plain text in which quantities keep their order within text from right to left.
import type { ReactNode } from 'react';
import { hasRtl, splitQuantities } from './text-direction.ts';

export function MixedText({ text }: { text: string }): ReactNode {
  if (!hasRtl(text)) return text;
  return splitQuantities(text).map((piece, at) =>
    piece.isQuantity ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
      <bdi key={at} dir="ltr">
        {piece.text}
      </bdi>
    ) : (
      piece.text
    ),
  );
}

/** Gives each line of plain text its own direction. */
export const LINE_DIRECTION = '[unicode-bidi:plaintext]';
