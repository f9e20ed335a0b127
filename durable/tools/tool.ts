// What a tool is: a name and two zod shapes for the model, a permission, an effect class, and functions that do it.
// Only run-tool.ts calls them. A tool never gets an org or user id from its input: who asks comes with the context.
import type { z } from 'zod';
import type { Access } from '../principal.ts';
import type { TenantReader, TenantWriter } from './tenant-access.ts';

export type ToolContext = {
  readonly access: Access;
  readonly sessionId: string;
  readonly programId: string | null;
  readonly designId: string | null;
};

/** An outcome that the model is to tell the user: what was refused, why, and what would be allowed. Nothing was changed. */
export type ToolRefusal = {
  readonly refused: true;
  /** A word for programs, as `NOT_FOUND`, `STALE`, `CYCLE`. */
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
  /** Further facts, as the list of allowed states or the path of a cycle. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** True where the model can offer the user a way to what they wish: an answer then, not a failure. */
  readonly isOffer?: boolean;
};

/** `data` is what the tool found; the runner holds it against the tool's `output` before anybody sees it. */
export type ToolAnswer = { readonly refused: false; readonly data: unknown } | ToolRefusal;

/** The kind of change, which gives a card its icon and colour. */
export const CARD_ACTIONS = ['create', 'update', 'transition', 'delete'] as const;
export type CardAction = (typeof CARD_ACTIONS)[number];

/** What a user sees before a write: exactly what will run. All values are plain text. */
export type Card = {
  readonly action: CardAction;
  /** Verb and object, as "Release PN-000123". */
  readonly title: string;
  /** A sentence on what will happen. */
  readonly message: string;
  readonly details: readonly { readonly label: string; readonly before?: string; readonly value: string }[];
};

/** The state that a proposal was made on. Where any of it has changed when the user clicks, nothing runs. */
export type RowVersion = { readonly kind: string; readonly id: string; readonly version: number };

export type Prepared = { readonly refused: false; readonly card: Card; readonly versions: readonly RowVersion[] };

/** A place in the product that the page shows as a button under the answer. */
export type ToolLink = {
  readonly kind: 'navigation' | 'workspace';
  /** A path of this product, never another site. */
  readonly path: `/${string}`;
  readonly label: string;
};

/** What a write carries into its transaction. */
export type Effect = {
  /** Unique for the effect, whatever the number of tries. */
  readonly key: string;
  /** Columns of the audit row, as the journal's SQL function takes them. */
  readonly audit: Readonly<Record<string, unknown>>;
};

type Named<I extends z.ZodType, O extends z.ZodType> = {
  readonly name: string;
  /** Tells the model when to use it. */
  readonly description: string;
  /** A strict object: a key that it does not know is refused. */
  readonly input: I;
  readonly output: O;
  /** What the user's role must hold, any one of several; null where being a member is enough. Postgres checks again. */
  readonly permission: string | readonly string[] | null;
  /** Ids of what a call is about, for the audit log. */
  affected?(input: z.output<I>): readonly string[];
};

/** Reads the tenant's data, in a transaction that Postgres itself keeps read-only. */
export type ReadTool<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = Named<I, O> & {
  readonly effect: 'read';
  run(context: ToolContext, input: z.output<I>, tenant: TenantReader): Promise<ToolAnswer>;
};

/** Offers the user a place to go. It changes nothing and runs without a question. */
export type NavigateTool<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = Named<I, O> & {
  readonly effect: 'navigate';
  run(context: ToolContext, input: z.output<I>, tenant: TenantReader): Promise<ToolAnswer>;
  link(output: z.output<O>): ToolLink;
};

/** Changes the tenant's data, and only after the user's click on what `prepare` showed. */
export type WriteTool<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = Named<I, O> & {
  readonly effect: 'write';
  readonly action: CardAction;
  /** What would happen, read-only; or why it cannot. */
  prepare(context: ToolContext, input: z.output<I>, tenant: TenantReader): Promise<Prepared | ToolRefusal>;
  /**
   * Does it: one SQL function that in one transaction changes the data, writes the audit row, and journals the result
   * under the key. The key is the same for every try of one approval, so an effect whose answer was lost is found again.
   */
  execute(
    context: ToolContext,
    input: z.output<I>,
    tenant: TenantWriter,
    approved: Effect & { readonly versions: readonly RowVersion[] },
  ): Promise<ToolAnswer>;
  /** Where the user finds what was made or changed; the confirmed card leads there. */
  link?(output: z.output<O>): ToolLink;
};

/** A write so light that it needs no click, as opening a design session. It is journalled like any other. */
export type LightWriteTool<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = Named<I, O> & {
  readonly effect: 'light-write';
  execute(context: ToolContext, input: z.output<I>, tenant: TenantWriter, effect: Effect): Promise<ToolAnswer>;
  link(output: z.output<O>): ToolLink;
};

export type Tool = ReadTool | NavigateTool | WriteTool | LightWriteTool;

/** Checks a tool's types where it is written; the runner sees them all as `Tool`. */
export function defineTool<I extends z.ZodType, O extends z.ZodType>(
  tool: ReadTool<I, O> | NavigateTool<I, O> | WriteTool<I, O> | LightWriteTool<I, O>,
): Tool {
  // Each function gets only what the tool's own shapes have parsed, which is what this widening rests on.
  return tool as unknown as Tool;
}
