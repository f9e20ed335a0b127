// What is stored with a draft: its sources with the question, and the result of the check with the answer. Stored and sent
// between releases: add optional fields, never change one.
import * as z from 'zod';

/** A source row of a draft. `facts` is sent to the model, and the draft is checked against it. */
export const Source = z.object({
  /** The kind of record, for example "Show". */
  kind: z.string(),
  title: z.string(),
  /** Its page in the workspace; null if it has none. */
  path: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
});
export type Source = z.infer<typeof Source>;

export const DraftBrief = z.object({
  type: z.literal('brief'),
  templateId: z.string(),
  templateName: z.string(),
  /** The filled-in form. */
  fields: z.record(z.string(), z.string()),
  /** The same in words. */
  words: z.array(z.object({ label: z.string(), value: z.string() })),
  /** The instructions for the model. */
  prompt: z.string(),
  sources: z.array(Source),
  /** Notes on what is missing from the sources and why: it was cut, or the role can't read it. */
  notes: z.array(z.string()),
});
export type DraftBrief = z.infer<typeof DraftBrief>;

/** The data that drafting and checking need from the form. */
export type Brief = {
  readonly [Key in keyof Omit<DraftBrief, 'type' | 'sources' | 'notes' | 'words'>]: DraftBrief[Key];
} & {
  readonly sources: readonly Source[];
  readonly notes: readonly string[];
  readonly words: readonly DraftBrief['words'][number][];
};

export const FINDING_KINDS = ['date', 'time', 'name', 'amount', 'phone', 'email'] as const;

/** A fact in a draft that matches no source. */
export const Finding = z.object({
  kind: z.enum(FINDING_KINDS),
  /** As the draft spells it. */
  text: z.string(),
  /** What is wrong with it, in words for users. */
  reason: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const DraftCheck = z.object({
  type: z.literal('check'),
  /** The number of dates, names, … that were checked. */
  checked: z.int(),
  findings: z.array(Finding),
  /** The facts that the draft itself marks as missing. */
  missing: z.array(z.string()),
});
export type DraftCheck = z.infer<typeof DraftCheck>;

export const DraftNote = z.discriminatedUnion('type', [DraftBrief, DraftCheck]);
export type DraftNote = z.infer<typeof DraftNote>;

/** A source as users see it, by its number. */
export const ListedSource = Source.omit({ facts: true }).extend({ number: z.int() });
export type ListedSource = z.infer<typeof ListedSource>;

export const listed = (sources: readonly Source[]): ListedSource[] =>
  sources.map(({ kind, title, path }, index) => ({ number: index + 1, kind, title, path }));

/** The same as users see it: sources by title, without the model's instructions. */
export const ShownDraft = z.discriminatedUnion('type', [
  DraftBrief.omit({ words: true, prompt: true, sources: true }).extend({ sources: z.array(ListedSource) }),
  DraftCheck,
]);
export type ShownDraft = z.infer<typeof ShownDraft>;

export function toShown(note: DraftNote): ShownDraft {
  if (note.type === 'check') return note;
  const { words: _words, prompt: _prompt, sources, ...brief } = note;
  return { ...brief, sources: listed(sources) };
}
