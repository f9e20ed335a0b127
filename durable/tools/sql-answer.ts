// The one envelope in which our SQL functions for tools answer, so that a refusal is a value and a transaction commits
// or refuses as a whole.
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { CARD_ACTIONS, type Prepared, type ToolAnswer, type ToolRefusal } from './tool.ts';

const Refused = z.object({
  ok: z.literal(false),
  code: z.string(),
  message: z.string(),
  facts: z.record(z.string(), z.unknown()).nullish(),
});
const Done = z.object({ ok: z.literal(true), data: z.unknown() });
const Previewed = z.object({
  ok: z.literal(true),
  preview: z.object({
    title: z.string(),
    message: z.string(),
    action: z.enum(CARD_ACTIONS),
    details: z.array(z.object({ label: z.string(), before: z.string().nullish(), value: z.string() })),
  }),
  versions: z.array(z.object({ kind: z.string(), id: z.string(), version: z.int() })),
});

const Answer = z.discriminatedUnion('ok', [Done, Refused]);
const Preview = z.discriminatedUnion('ok', [Previewed, Refused]);

/** @throws AppError INTERNAL where the row is no envelope. */
export function toAnswer(rows: readonly Record<string, unknown>[]): ToolAnswer {
  return readAnswer(rows[0]?.['answer']);
}

/** The same for an envelope at hand, as the journal keeps it. */
export function readAnswer(envelope: unknown): ToolAnswer {
  const answer = parse(Answer, envelope);
  return answer.ok ? { refused: false, data: answer.data } : toRefusal(answer);
}

export function toPreview(rows: readonly Record<string, unknown>[]): Prepared | ToolRefusal {
  const answer = parse(Preview, rows[0]?.['answer']);
  if (!answer.ok) return toRefusal(answer);
  const { details, ...card } = answer.preview;
  return {
    refused: false,
    card: { ...card, details: details.map(({ label, before, value }) => ({ label, ...had(before), value })) },
    versions: answer.versions,
  };
}

function toRefusal({ code, message, facts }: z.infer<typeof Refused>): ToolRefusal {
  return { refused: true, code, message, facts: facts ?? {} };
}

const had = (before: string | null | undefined): { before?: string } => (before == null ? {} : { before });

function parse<S extends z.ZodType>(shape: S, value: unknown): z.output<S> {
  const parsed = shape.safeParse(value);
  if (!parsed.success) throw new AppError('INTERNAL', { cause: 'a tool function answered in no known form' });
  return parsed.data;
}
