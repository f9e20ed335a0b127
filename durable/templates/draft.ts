// What is kept of a draft beside its words: with the question what it was made of, with the answer what the check found.
// Stored and sent between releases: add optional fields, never change one.
import { z } from 'zod';

/** A row that a draft is made of. `facts` is what the model is given of it, and what the draft is checked against. */
export const Source = z.object({
  /** What it is, as "Show". */
  kind: z.string(),
  title: z.string(),
  /** Its page in the workspace; null where it has none. */
  path: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
});
export type Source = z.infer<typeof Source>;

export const DraftBrief = z.object({
  type: z.literal('brief'),
  templateId: z.string(),
  templateName: z.string(),
  /** The form as it was filled in. */
  fields: z.record(z.string(), z.string()),
  /** The same in words. */
  words: z.array(z.object({ label: z.string(), value: z.string() })),
  /** What the model is told to write. */
  prompt: z.string(),
  sources: z.array(Source),
  /** What is not among the sources, and why: cut, or not for this role. */
  notes: z.array(z.string()),
});
export type DraftBrief = z.infer<typeof DraftBrief>;

/** What drafting and checking need of it. */
export type Brief = {
  readonly [Key in keyof Omit<DraftBrief, 'type' | 'sources' | 'notes' | 'words'>]: DraftBrief[Key];
} & {
  readonly sources: readonly Source[];
  readonly notes: readonly string[];
  readonly words: readonly DraftBrief['words'][number][];
};

export const FINDING_KINDS = ['date', 'time', 'name', 'amount', 'phone', 'email'] as const;

/** Something in a draft that stands in no source, or not as the draft has it. */
export const Finding = z.object({
  kind: z.enum(FINDING_KINDS),
  /** As the draft spells it. */
  text: z.string(),
  /** What is wrong with it, in words for people. */
  reason: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const DraftCheck = z.object({
  type: z.literal('check'),
  /** How many dates, names, … were looked up. */
  checked: z.int(),
  findings: z.array(Finding),
  /** What the draft itself marks as missing. */
  missing: z.array(z.string()),
});
export type DraftCheck = z.infer<typeof DraftCheck>;

export const DraftNote = z.discriminatedUnion('type', [DraftBrief, DraftCheck]);
export type DraftNote = z.infer<typeof DraftNote>;

/** A source as people are shown it, by its number. */
export const ListedSource = Source.omit({ facts: true }).extend({ number: z.int() });
export type ListedSource = z.infer<typeof ListedSource>;

export const listed = (sources: readonly Source[]): ListedSource[] =>
  sources.map(({ kind, title, path }, index) => ({ number: index + 1, kind, title, path }));

/** The same as people are shown it: rows by what they are called, and nothing of what the model is told. */
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
