// A page of the product's own data as a pack gives it to whoever draws it: words, marks, tables and places to go. The
// domain's words are the pack's; what draws the page knows none of them. All text is plain.
import { z } from 'zod';
import type { Access } from '../principal.ts';
import type { TenantReader } from '../tools/tenant-access.ts';
import type { ToolRefusal } from '../tools/tool.ts';

const Path = z.string().startsWith('/').meta({ description: 'A page of this product.' });
const Tone = z.enum(['neutral', 'accent', 'notice', 'danger', 'good']);
const Place = z.object({ label: z.string(), path: Path });
const Count = z.int().nonnegative().nullable();

const Cell = z.object({
  text: z.string(),
  path: Path.optional(),
  tone: Tone.optional().meta({ description: 'The text is a state, drawn as a mark.' }),
  zone: z.string().optional().meta({ description: 'The IANA time zone in which a moment is to be read.' }),
});
const Fact = Cell.extend({ label: z.string(), mono: z.boolean().optional() });

const Column = z.object({
  id: z.string(),
  label: z.string(),
  kind: z.enum(['text', 'code', 'number', 'state', 'time']).meta({ description: 'How its cells are set.' }),
});
const Row = z.object({
  id: z.string(),
  path: Path.nullable(),
  cells: z.record(z.string(), Cell),
  level: z.int().min(1).optional().meta({ description: 'Depth in a tree, from 1; children follow their parent.' }),
});

const Day = z.iso.date();
/** What a row looks like on a calendar. Days are inclusive. */
const Bar = z.object({
  start: Day,
  finish: Day,
  isPoint: z.boolean().meta({ description: 'A moment at the end of its day, no span.' }),
  isEmphasised: z.boolean(),
  slack: z
    .object({ from: Day, until: Day })
    .nullable()
    .meta({ description: 'The days within which it may lie; null where it must stay where it is.' }),
  percent: z.int().min(0).max(100).meta({ description: 'How much of it is done.' }),
});

const Entry = z.object({
  id: z.string(),
  at: z.string().meta({ description: 'ISO 8601' }),
  who: z.string().nullable(),
  title: z.string(),
  note: z.string().nullable(),
  changes: z.array(z.object({ label: z.string(), before: z.string().nullable(), value: z.string() })),
});

const Headed = { heading: z.string().nullable() };
const Listed = { ...Headed, empty: z.string().meta({ description: 'What to say where there is nothing.' }) };

export const WorkspaceSection = z.discriminatedUnion('type', [
  z.object({ type: z.literal('facts'), ...Headed, facts: z.array(Fact) }),
  z.object({ type: z.literal('text'), ...Headed, text: z.string() }),
  z.object({
    type: z.literal('table'),
    ...Listed,
    columns: z.array(Column),
    rows: z.array(Row),
    total: Count.meta({ description: 'How many there are in all, where that is known.' }),
    searchable: z.boolean().meta({ description: 'The tab can be asked for the rows in which `q` occurs.' }),
  }),
  z.object({ type: z.literal('tree'), ...Listed, columns: z.array(Column), rows: z.array(Row) }),
  z.object({ type: z.literal('timeline'), ...Listed, entries: z.array(Entry) }),
  z.object({
    type: z.literal('schedule'),
    ...Listed,
    columns: z.array(Column),
    rows: z.array(Row.extend({ group: z.string(), bar: Bar })),
    words: z
      .object({ emphasis: z.string(), slack: z.string(), point: z.string() })
      .meta({ description: 'What emphasis, slack and a point mean here.' }),
  }),
]);
export type WorkspaceSection = z.infer<typeof WorkspaceSection>;

export const WorkspaceTab = z.object({
  tab: z.string(),
  sections: z.array(WorkspaceSection),
  cursor: z.string().nullable().meta({ description: 'Send it back as `cursor` for what follows in the last section.' }),
});
export type WorkspaceTab = z.infer<typeof WorkspaceTab>;

export const WorkspacePage = z.object({
  kind: z.string(),
  id: z.string(),
  title: z.string(),
  code: z.string().nullable().meta({ description: 'The number or code by which people call it.' }),
  type: z.string().meta({ description: 'What it is, as "Part".' }),
  summary: z.string().nullable(),
  marks: z.array(z.object({ label: z.string(), tone: Tone })),
  trail: z.array(Place).meta({ description: 'Where it belongs, from the top.' }),
  facts: z.array(Fact),
  tabs: z.array(z.object({ id: z.string(), label: z.string(), count: Count })),
  content: WorkspaceTab,
  scope: z
    .object({ programId: z.string().nullable(), designId: z.string().nullable(), label: z.string(), draft: z.string() })
    .nullable()
    .meta({ description: 'What a conversation that begins here is about, and the words it begins with.' }),
  suggestions: z.array(z.string()).optional().meta({ description: 'What can be asked beside this page, in full.' }),
  conversationId: z.string().nullable().meta({ description: 'A conversation that belongs to it.' }),
});
export type WorkspacePage = z.infer<typeof WorkspacePage>;

/** What a page is of, as `crew-member`. In the browser it stands under the plural, `/workspace/crew-members/…`. */
export const WorkspaceKind = z
  .string()
  .max(32)
  .regex(/^[a-z]+(-[a-z]+)*$/);

/** What a page is called that is of no record, as `crew` of the list of all the crew. */
export const WorkspaceName = z
  .string()
  .max(32)
  .regex(/^[a-z]+$/);

export type WorkspaceAddress = {
  /** One of the reader's kinds. */
  readonly kind: string;
  /** A record's id, or a name where the kind is one of `namedKinds`. */
  readonly id: string;
  /** The first one where it is null or not one of the page's. */
  readonly tab: string | null;
};

/** Reads a pack's pages under the rights of whoever asks. A refusal says nothing of what is hidden. */
export type WorkspaceReader = {
  /** What it has pages of; no other reader has pages of the same. */
  readonly kinds: readonly string[];
  /** Those of its kinds whose pages go by a name instead of a record's id. */
  readonly namedKinds: readonly string[];
  isFor(access: Access): boolean;
  /** What there is to begin with. */
  home(tenant: TenantReader): Promise<WorkspacePage | ToolRefusal>;
  page(tenant: TenantReader, address: WorkspaceAddress): Promise<WorkspacePage | ToolRefusal>;
  tab(
    tenant: TenantReader,
    wanted: WorkspaceAddress & { readonly tab: string; readonly cursor: string | null; readonly query: string | null },
  ): Promise<WorkspaceTab | ToolRefusal>;
};
