// What servers with the Chat Completions wire want back: each has its own field for it. Nothing else of a payload is sent.
import * as z from 'zod';
import type { PartState } from '../provider.ts';
import { isRecord } from '../stream/tool-arguments.ts';

/** Of an answer: DeepSeek wants its reasoning as text, OpenRouter as a list. */
const ReasoningState = z.object({
  reasoning_content: z.string().optional(),
  reasoning_details: z.array(z.unknown()).optional(),
});
export type ReasoningState = z.infer<typeof ReasoningState>;

/** Of a call: Gemini wants its thought signature, which gateways pass on under other names. */
const CallState = z.object({ extra_content: z.record(z.string(), z.unknown()) });
export type CallState = z.infer<typeof CallState>;

export const reasoningOf = ({ payload }: PartState): ReasoningState => ReasoningState.safeParse(payload).data ?? {};

export const callStateOf = (state: PartState | undefined): CallState | null =>
  CallState.safeParse(state?.payload).data ?? null;

/** Adds the pieces of one chunk. Texts of one entry come in pieces, which have the index of their entry. */
export function addDetails(details: unknown[], pieces: readonly unknown[]): void {
  for (const piece of pieces) {
    const last = details.at(-1);
    if (isRecord(last) && isRecord(piece) && isContinued(last, piece)) details[details.length - 1] = join(last, piece);
    else details.push(piece);
  }
}

type Detail = Readonly<Record<string, unknown>>;

const TEXTS = ['text', 'summary'] as const;

const isContinued = (last: Detail, piece: Detail): boolean =>
  last['type'] === piece['type'] &&
  last['index'] === piece['index'] &&
  (piece['id'] == null || piece['id'] === last['id']) &&
  TEXTS.some((field) => typeof last[field] === 'string' && (piece[field] == null || typeof piece[field] === 'string'));

function join(last: Detail, piece: Detail): Detail {
  const given = Object.fromEntries(Object.entries(piece).filter(([, value]) => value != null));
  const texts = TEXTS.flatMap((field): [string, string][] => {
    const before = last[field];
    const after = piece[field];
    return typeof before === 'string' ? [[field, before + (typeof after === 'string' ? after : '')]] : [];
  });
  return { ...last, ...given, ...Object.fromEntries(texts) };
}
