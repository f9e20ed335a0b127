// Typesets TeX as MathML, which the browser draws and screen readers read. Only listed elements and attributes are
// rendered; anything else leaves the formula as written.
import 'temml/dist/Temml-Local.css';
import { createElement, type ReactNode } from 'react';
import temml from 'temml';

const ELEMENTS = new Set(
  'math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd mlabeledtr mpadded mphantom mstyle menclose merror semantics'.split(
    ' ',
  ),
);

const ATTRIBUTES = new Set(
  'accent accentunder align columnalign columnlines columnspacing columnspan depth dir display displaystyle fence form framespacing height largeop linebreak linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowalign rowlines rowspacing rowspan rspace scriptlevel separator side stretchy symmetric voffset width'.split(
    ' ',
  ),
);

const LIMITS = { maxSize: [50, 100] as [number, number], maxExpand: 500 };

/** Null if the formula can't be typeset. */
export function typesetMath(tex: string, display: boolean): ReactNode {
  try {
    const tree: unknown = temml.__renderToMathMLTree(tex, { displayMode: display, throwOnError: true, ...LIMITS });
    return toElement(tree, 0);
  } catch {
    // Not TeX, or a function that isn't known. The source is shown instead.
    return null;
  }
}

type MathNode = {
  readonly type?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly classes?: readonly string[];
  readonly style?: Readonly<Record<string, string>>;
  readonly children?: readonly unknown[];
};

function toElement(value: unknown, key: number): ReactNode {
  const { type, text, attributes = {}, classes = [], style = {}, children = [] } = value as MathNode;
  if (typeof text === 'string') return text;
  const content = children.map(toElement);
  if (type === undefined) return content;
  if (!ELEMENTS.has(type)) throw new Error(`unlisted element ${type}`);
  const properties = Object.fromEntries(Object.entries(attributes).filter(([name]) => ATTRIBUTES.has(name)));
  const className = classes.join(' ');
  const styles = Object.fromEntries(Object.entries(style).map(([name, rule]) => [camelCase(name), rule]));
  return createElement(type, { key, ...properties, style: styles, ...(className !== '' && { className }) }, ...content);
}

const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
