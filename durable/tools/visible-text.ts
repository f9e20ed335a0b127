// Text that a person decides by must look like what it is. Characters that hide, reorder or imitate are spelled out.

/**
 * Controls, format characters (bidi, zero-width, tags), line and paragraph separators, spaces other than the plain one,
 * private use and unassigned code points, halves of surrogate pairs; and letters that are drawn as nothing.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]|(?! )\p{Zs}|\p{Variation_Selector}|[\u{115F}\u{1160}\u{2800}\u{3164}\u{FFA0}]|\u{17B4}|\u{17B5}/gu;

/** The text with each of them as `⟦U+202E⟧`. Line breaks and tabs stay: a page shows them as they are. */
export function visibleText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSEEN, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `⟦U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`;
  });
}
