// What the demo model is to draft, read from its prompt.
import type { JsonObject } from './chat.ts';

export type DraftRow = { readonly kind: string; readonly facts: JsonObject };
export type DraftRequest = {
  /** Of the template, as the person's words begin. */
  readonly name: string;
  readonly filled: Readonly<Record<string, string>>;
  readonly rows: readonly DraftRow[];
  readonly notes: readonly string[];
  /** Who asks. */
  readonly person: string;
};
