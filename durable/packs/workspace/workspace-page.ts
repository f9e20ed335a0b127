// A page of product data as a pack returns it: text, badges, tables and links. Only the pack knows the domain's terms; the
// client that renders the page does not. All text is plain.
import * as z from 'zod';
import type { Access } from '../../principal.ts';
import type { TenantReader } from '../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../tools/tool.ts';

const Path = z.string().startsWith('/').meta({ description: 'A page of this product.' });
const Tone = z.enum(['neutral', 'accent', 'notice', 'danger', 'good']);
const Breadcrumb = z.object({ label: z.string(), path: Path });
const Count = z.int().nonnegative().nullable();

const Cell = z.object({
  text: z.string(),
  path: Path.optional(),
  tone: Tone.optional().meta({ description: 'The text is a state; render it as a badge.' }),
  zone: z.string().optional().meta({ description: 'The IANA time zone to show the time in.' }),
});
const Fact = Cell.extend({ label: z.string(), mono: z.boolean().optional() });

const Column = z.object({
  id: z.string(),
  label: z.string(),
  kind: z.enum(['text', 'code', 'number', 'state', 'time']).meta({ description: 'How to format its cells.' }),
});
const Row = z.object({
  id: z.string(),
  path: Path.nullable(),
  cells: z.record(z.string(), Cell),
  level: z.int().min(1).optional().meta({ description: 'Depth in a tree, from 1; children follow their parent.' }),
});

const Day = z.iso.date();
/** A row's bar on a calendar. Days are inclusive. */
const Bar = z.object({
  start: Day,
  finish: Day,
  isPoint: z.boolean().meta({ description: 'A point in time at the end of its day.' }),
  isEmphasised: z.boolean(),
  slack: z
    .object({ from: Day, until: Day })
    .nullable()
    .meta({ description: "The days between which it can move; null if it can't." }),
  percent: z.int().min(0).max(100).meta({ description: 'Percent complete.' }),
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
const Listed = { ...Headed, empty: z.string().meta({ description: 'Text for an empty list.' }) };

export const WorkspaceSection = z.discriminatedUnion('type', [
  z.object({ type: z.literal('facts'), ...Headed, facts: z.array(Fact) }),
  z.object({ type: z.literal('text'), ...Headed, text: z.string() }),
  z.object({
    type: z.literal('table'),
    ...Listed,
    columns: z.array(Column),
    rows: z.array(Row),
    total: Count.meta({ description: 'The total number of rows, if known.' }),
    searchable: z.boolean().meta({ description: 'Whether the tab can be filtered with `q`.' }),
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
      .meta({ description: 'Labels for emphasis, slack and points.' }),
  }),
]);
export type WorkspaceSection = z.infer<typeof WorkspaceSection>;

export const WorkspaceTab = z.object({
  tab: z.string(),
  sections: z.array(WorkspaceSection),
  cursor: z.string().nullable().meta({ description: 'Send it as `cursor` to get more of the last section.' }),
});
export type WorkspaceTab = z.infer<typeof WorkspaceTab>;

export const WorkspacePage = z.object({
  kind: z.string(),
  id: z.string(),
  title: z.string(),
  code: z.string().nullable().meta({ description: 'The number or code that users know it by.' }),
  type: z.string().meta({ description: 'Its type, such as "Part".' }),
  summary: z.string().nullable(),
  marks: z.array(z.object({ label: z.string(), tone: Tone })),
  trail: z.array(Breadcrumb).meta({ description: 'Breadcrumbs, from the top.' }),
  facts: z.array(Fact),
  tabs: z.array(z.object({ id: z.string(), label: z.string(), count: Count })),
  content: WorkspaceTab,
  scope: z
    .object({ programId: z.string().nullable(), designId: z.string().nullable(), label: z.string(), draft: z.string() })
    .nullable()
    .meta({ description: 'The scope and first words of a conversation started here.' }),
  suggestions: z.array(z.string()).optional().meta({ description: 'Suggested questions for this page.' }),
  conversationId: z.string().nullable().meta({ description: 'The conversation of this page, if it has one.' }),
});
export type WorkspacePage = z.infer<typeof WorkspacePage>;

/** The kind of record on a page, such as `crew-member`. The browser uses the plural, `/workspace/crew-members/…`. */
export const WorkspaceKind = z
  .string()
  .max(32)
  .regex(/^[a-z]+(-[a-z]+)*$/);

/** The name of a page that is not a record's, such as `crew` for the list of all crew. */
export const WorkspaceName = z
  .string()
  .max(32)
  .regex(/^[a-z]+$/);

export type WorkspaceAddress = {
  /** One of the reader's kinds. */
  readonly kind: string;
  /** A record's id, or a name if the kind is one of `namedKinds`. */
  readonly id: string;
  /** The first tab if null or unknown. */
  readonly tab: string | null;
};

export type PageReply = Promise<WorkspacePage | ToolRefusal>;

/** What a request for a tab asks for, on a page that is already known. */
export type TabQuery = { readonly tab: string; readonly cursor: string | null; readonly query: string | null };

/** Reads a pack's pages with the user's rights. A refusal reveals nothing about hidden data. */
export type WorkspaceReader = {
  /** The kinds of pages it has; no other reader has the same. */
  readonly kinds: readonly string[];
  /** Its kinds whose pages have a name instead of a record's id. */
  readonly namedKinds: readonly string[];
  isFor(access: Access): boolean;
  /** The start page. */
  home(tenant: TenantReader): PageReply;
  page(tenant: TenantReader, address: WorkspaceAddress): PageReply;
  tab(tenant: TenantReader, wanted: WorkspaceAddress & TabQuery): Promise<WorkspaceTab | ToolRefusal>;
};
