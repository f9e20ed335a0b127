// The definition of a tool: its name and zod schemas, the permission it needs, its effect class and its functions. Only
// run-tool.ts calls these. The org and user come from the context, never from the tool's input.
import type { z } from 'zod';
import type { CardAction, CardContent } from '../contracts/approval.ts';
import type { Access } from '../principal.ts';
import type { TenantReader, TenantWriter } from './tenant-access.ts';

export type ToolContext = {
  readonly access: Access;
  readonly sessionId: string;
  readonly programId: string | null;
  readonly designId: string | null;
};

/** A refusal that the model explains to the user: what was refused, why, and what is allowed instead. Nothing was changed. */
export type ToolRefusal = {
  readonly refused: true;
  /** Such as `NOT_FOUND`, `STALE` or `CYCLE`. */
  readonly code: string;
  /** A sentence for the user. */
  readonly message: string;
  /** Details, such as the allowed states or the path of a cycle. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** True if the model can offer the user another way to the goal. The call then counts as a success. */
  readonly isOffer?: boolean;
};

/** A tool's result. The runner validates `data` against the tool's `output` schema before anyone sees it. */
export type ToolReturn = { readonly refused: false; readonly data: unknown } | ToolRefusal;
/** A row's version when the change was proposed. If any row has changed by the time of the approval, nothing runs. */
export type RowVersion = { readonly kind: string; readonly id: string; readonly version: number };

/** A card whose details say which arguments they show. The runner adds the arguments that no detail shows (complete-card.ts). */
export type ProposedCard = Omit<CardContent, 'details'> & {
  readonly details: readonly (CardContent['details'][number] & { readonly shows?: readonly string[] })[];
};

export type PreparedWrite = {
  readonly refused: false;
  readonly card: ProposedCard;
  readonly versions: readonly RowVersion[];
  /** The program that a light write would change; null for other writes. */
  readonly programId: string | null;
};

/** A link that the page shows as a button below the answer. */
export type ToolLink = {
  readonly kind: 'navigation' | 'workspace';
  /** A path of this product, never another site. */
  readonly path: `/${string}`;
  readonly label: string;
};

/** What a write's SQL function gets besides its input. */
export type Effect = {
  /** The same for every attempt at this effect. */
  readonly key: string;
  /** Columns of the audit row, as the journal's SQL function takes them. */
  readonly audit: Readonly<Record<string, unknown>>;
};

type ToolBase<I extends z.ZodType, O extends z.ZodType> = {
  readonly name: string;
  /** Tells the model when to use it. */
  readonly description: string;
  /** A strict object: unknown keys are refused. */
  readonly input: I;
  readonly output: O;
  /** The role needs one of these; null if membership is enough. Postgres checks again. */
  readonly permission: string | readonly string[] | null;
  /** Ids of the items a call is about, for the audit log. */
  affected?(input: z.output<I>): readonly string[];
};

/** Reads the org's data in a read-only transaction. */
export type ReadTool<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = ToolBase<I, O> & {
  readonly effect: 'read';
  run(context: ToolContext, input: z.output<I>, tenant: TenantReader): Promise<ToolReturn>;
};

/** Offers the user a link. Changes nothing and needs no approval. */
export type NavigateTool<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = ToolBase<I, O> & {
  readonly effect: 'navigate';
  run(context: ToolContext, input: z.output<I>, tenant: TenantReader): Promise<ToolReturn>;
  link(output: z.output<O>): ToolLink;
};

/** Changes the org's data, only after the user approves what `prepare` returned. */
export type WriteTool<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = ToolBase<I, O> & {
  readonly effect: 'write';
  readonly action: CardAction;
  /** Describes the change without making it, or refuses. */
  prepare(context: ToolContext, input: z.output<I>, tenant: TenantReader): Promise<PreparedWrite | ToolRefusal>;
  /**
   * Makes the change: one SQL function that changes the data, writes the audit row and records the result in the journal
   * under the key, in one transaction. Every attempt at one approval has the same key, so a lost result can be looked up.
   */
  execute(
    context: ToolContext,
    input: z.output<I>,
    tenant: TenantWriter,
    approved: Effect & { readonly versions: readonly RowVersion[] },
  ): Promise<ToolReturn>;
  /** A link to the created or changed item, shown on the approved card. */
  link?(output: z.output<O>): ToolLink;
};

/**
 * A write that needs no approval in the program the conversation is about, such as opening a design workspace. In any other
 * program the user approves it, because text from a record may have asked for it.
 */
export type LightWriteTool<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = Omit<
  WriteTool<I, O>,
  'effect'
> & { readonly effect: 'light-write' };

export type Tool = ReadTool | NavigateTool | WriteTool | LightWriteTool;

/** Checks the tool's types against its own schemas, and returns it as a `Tool`. */
export function defineTool<I extends z.ZodType, O extends z.ZodType>(
  tool: ReadTool<I, O> | NavigateTool<I, O> | WriteTool<I, O> | LightWriteTool<I, O>,
): Tool {
  // Safe because the runner only passes values that the tool's own schemas have parsed.
  return tool as unknown as Tool;
}
