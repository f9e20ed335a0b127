// Parses the envelope that all SQL functions for tools return. A refusal is a value, not an SQL error.
import * as z from 'zod';
import { AppError } from '../errors.ts';
import type { PreparedWrite, ProposedCard, ToolRefusal, ToolReturn } from './tool.ts';

const RefusedEnvelope = z.object({
  ok: z.literal(false),
  code: z.string(),
  message: z.string(),
  facts: z.record(z.string(), z.unknown()).nullish(),
});
const DoneEnvelope = z.object({ ok: z.literal(true), data: z.unknown() });
const ProposedEnvelope = z.object({
  ok: z.literal(true),
  /** What would change, in the tool's own shape. */
  proposal: z.unknown(),
  versions: z.array(z.object({ kind: z.string(), id: z.string(), version: z.int() })),
});

const ReplyEnvelope = z.discriminatedUnion('ok', [DoneEnvelope, RefusedEnvelope]);
const ProposalEnvelope = z.discriminatedUnion('ok', [ProposedEnvelope, RefusedEnvelope]);

/** @throws AppError INTERNAL if the row has no valid envelope */
export function readReply(rows: readonly Record<string, unknown>[]): ToolReturn {
  return parseReply(rows[0]?.['answer']);
}

/** Parses an envelope, for example one stored in the journal. @throws AppError INTERNAL */
export function parseReply(envelope: unknown): ToolReturn {
  const reply = parse(ReplyEnvelope, envelope);
  return reply.ok ? { refused: false, data: reply.data } : toRefusal(reply);
}

/** How a proposal becomes a card: the shape of its facts, and the words for them. */
export type CardOf<F extends z.ZodType> = {
  readonly facts: F;
  compose(facts: z.output<F>): ProposedCard;
  /** The program that a light write would change. */
  programOf?(facts: z.output<F>): string;
};

/** @throws AppError INTERNAL if the row has no valid envelope */
export function readProposal<F extends z.ZodType>(
  rows: readonly Record<string, unknown>[],
  words: CardOf<F>,
): PreparedWrite | ToolRefusal {
  const reply = parse(ProposalEnvelope, rows[0]?.['answer']);
  if (!reply.ok) return toRefusal(reply);
  const facts = parse(words.facts, reply.proposal);
  const programId = words.programOf?.(facts) ?? null;
  return { refused: false, card: words.compose(facts), versions: reply.versions, programId };
}

function toRefusal({ code, message, facts }: z.infer<typeof RefusedEnvelope>): ToolRefusal {
  return { refused: true, code, message, facts: facts ?? {} };
}

function parse<S extends z.ZodType>(shape: S, value: unknown): z.output<S> {
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw new AppError('INTERNAL', { cause: 'a tool function returned an unknown envelope' });
  return parsed.data;
}
