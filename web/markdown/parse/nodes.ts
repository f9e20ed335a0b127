// What Markdown is parsed into. `T` is the text of a leaf: its source first, then its parsed inline content.

export type Inline =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'code'; readonly value: string }
  | { readonly type: 'strong' | 'emphasis' | 'strike'; readonly children: readonly Inline[] }
  /** `source` is shown where the address isn't allowed, so that nothing is lost. */
  | {
      readonly type: 'link';
      readonly href: string;
      readonly title: string | null;
      readonly children: readonly Inline[];
      readonly source: string;
    }
  | {
      readonly type: 'image';
      readonly href: string;
      readonly title: string | null;
      readonly alt: string;
      readonly source: string;
    }
  | { readonly type: 'math'; readonly tex: string; readonly display: boolean; readonly source: string }
  | { readonly type: 'footnoteReference'; readonly label: string }
  | { readonly type: 'break' };

export type Align = 'left' | 'center' | 'right' | null;

export type ListItem<T> = {
  /** The number as written, null in a bullet list. */
  readonly value: number | null;
  /** Null if it isn't a task. */
  readonly checked: boolean | null;
  readonly children: readonly Block<T>[];
};

export type List<T> = {
  readonly type: 'list';
  readonly ordered: boolean;
  readonly loose: boolean;
  readonly items: readonly ListItem<T>[];
};

export type Table<T> = {
  readonly type: 'table';
  readonly align: readonly Align[];
  readonly header: readonly T[];
  readonly rows: readonly (readonly T[])[];
};

export type Heading<T> = { readonly type: 'heading'; readonly depth: 1 | 2 | 3 | 4 | 5 | 6; readonly content: T };

export type Definition<T> = {
  readonly type: 'definition';
  /** Normalized. */
  readonly label: string;
  readonly href: string;
  readonly title: string | null;
  readonly source: string;
  /** Its source, shown if no link uses it. */
  readonly content: T;
};

export type Block<T> =
  | { readonly type: 'paragraph'; readonly content: T }
  | Heading<T>
  | { readonly type: 'code'; readonly value: string; readonly info: string }
  | List<T>
  | { readonly type: 'quote'; readonly children: readonly Block<T>[] }
  | Table<T>
  | { readonly type: 'rule' }
  | { readonly type: 'math'; readonly tex: string; readonly source: string }
  | { readonly type: 'footnote'; readonly label: string; readonly children: readonly Block<T>[] }
  | Definition<T>;

/** Labels match regardless of case and spacing. */
export const normalizeLabel = (label: string): string => label.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase();
