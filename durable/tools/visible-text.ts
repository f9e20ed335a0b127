// Makes hidden and misleading characters visible in text that a user decides on.

/**
 * Controls, format characters (bidi, zero-width, tags), line and paragraph separators, spaces other than U+0020, private
 * use and unassigned code points, lone surrogates, variation selectors, whatever fonts ignore by default, such as U+034F, and
 * letters without a visible glyph.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]|(?! )\p{Zs}|\p{Default_Ignorable_Code_Point}|\p{Variation_Selector}|[\u{2800}]/gu;

/** Replaces each of them with its code point, such as `⟦U+202E⟧`. Line breaks and tabs stay. */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSEEN, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `⟦U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`;
  });
}
