// Shows the page's text in another language. The code has English text where it is used, and the first load has no room for a
// catalog, so the text is replaced where it appears: in text and labels, and never in what people and models wrote.

export type Translate = (english: string) => string;

const ATTRIBUTES = ['aria-label', 'placeholder', 'title', 'data-tip'];
/** Messages, titles and names have a direction of their own. */
const CONTENT = '[dir="auto"], [data-words], pre, code, textarea';

type Pattern = { readonly match: RegExp; readonly translated: string };

/** `{}` in the catalog stands for any text. What isn't in the catalog stays English. */
export function createTranslate(catalog: Readonly<Record<string, string>>): Translate {
  const patterns: Pattern[] = Object.entries(catalog)
    .filter(([english]) => english.includes('{}'))
    .map(([english, translated]) => ({ match: toPattern(english), translated }));
  return (text) => {
    const words = text.trim().replace(/\s+/g, ' ');
    if (words === '') return text;
    const translated = Object.hasOwn(catalog, words) ? catalog[words] : fromPattern(words);
    return translated === undefined ? text : text.replace(text.trim(), () => translated);
  };

  function fromPattern(words: string): string | undefined {
    for (const { match, translated } of patterns) {
      const parts = match.exec(words)?.slice(1);
      if (parts) return translated.replaceAll('{}', () => parts.shift() ?? '');
    }
    return undefined;
  }
}

const toPattern = (english: string): RegExp =>
  new RegExp(
    `^${english
      .split('{}')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
      .join('(.+)')}$`,
  );

/** Translates what is there and what comes. Mutations are handled before the browser paints. */
export function translatePage(root: Element, translate: Translate): void {
  const observer = new MutationObserver((mutations) => {
    for (const mutation of mutations) {
      if (mutation.type === 'childList') for (const node of mutation.addedNodes) visit(node, translate);
      else if (mutation.type === 'characterData') visit(mutation.target, translate);
      else if (mutation.target instanceof Element) translateAttributes(mutation.target, translate);
    }
    // What this itself changed needs no second look.
    observer.takeRecords();
  });
  visit(root, translate);
  observer.observe(root, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ATTRIBUTES,
  });
}

function visit(node: Node, translate: Translate): void {
  if (node instanceof Text) {
    if (node.parentElement?.closest(CONTENT)) return;
    const translated = translate(node.data);
    if (translated !== node.data) node.data = translated;
    return;
  }
  if (!(node instanceof Element)) return;
  translateAttributes(node, translate);
  for (const child of node.childNodes) visit(child, translate);
}

function translateAttributes(element: Element, translate: Translate): void {
  for (const name of ATTRIBUTES) {
    const text = element.getAttribute(name);
    const translated = text === null ? null : translate(text);
    if (translated !== null && translated !== text) element.setAttribute(name, translated);
  }
}
