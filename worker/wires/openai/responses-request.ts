// Turns a request of OpenAI's Responses API into a run. `previous_response_id` names a point of our conversation; without it,
// the input is a transcript, as in Chat Completions. What is refused and what has no effect follows the same rules.
import * as z from 'zod';
import { digestOf } from '../../../durable/canonical-json.ts';
import type { RunRequest } from '../../../durable/contracts/conversation.ts';
import { RunId } from '../../../durable/contracts/transcript.ts';
import { cleanedText, exactText } from '../../../durable/input-text.ts';
import { ModelId } from '../../api/fields-schema.ts';
import { parseInput } from '../../http/problem.ts';
import { instructionsIn, splitTranscript } from '../client-transcript.ts';
import { isFilled, toNames, unusedKeys } from '../not-used.ts';
import { readPageContext, SentContext } from '../page-context.ts';
import { chosenModel, Metadata, type OpenAiQuestion, ReasoningEffort, scopeIn, unsupported } from './openai-request.ts';

const MAX_ITEMS = 10_000;

const Part = z.union([
  z
    .looseObject({ type: z.enum(['input_text', 'output_text', 'text']), text: cleanedText() })
    .transform(({ text }) => text),
  z.looseObject({ type: z.literal('refusal'), refusal: cleanedText() }).transform(({ refusal }) => refusal),
  z.looseObject({ type: exactText().min(1).max(64) }).transform(({ type }) => ({ kind: type })),
]);

const Item = z.looseObject({
  type: exactText().max(64).optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']).optional(),
  content: z.union([cleanedText(), z.array(Part)]).nullish(),
});
type Item = z.output<typeof Item>;

/** `resp_`, the session without dashes, and the run: a response is found without a table of its own. */
const RESPONSE_ID = /^resp_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_(.+)$/;

export const responseIdOf = ({ sessionId, runId }: { readonly sessionId: string; readonly runId: string }): string =>
  `resp_${sessionId.replaceAll('-', '')}_${runId}`;

export type NamedResponse = { readonly sessionId: string; readonly runId: string };

function parseResponseId(id: string): NamedResponse | null {
  const [, a, b, c, d, e, runId] = RESPONSE_ID.exec(id) ?? [];
  return RunId.safeParse(runId).success ? { sessionId: [a, b, c, d, e].join('-'), runId: runId ?? '' } : null;
}

const UNSUPPORTED: Readonly<Record<string, (value: unknown) => boolean>> = {
  tools: isFilled,
  tool_choice: (value) => value !== 'auto' && value !== 'none',
  background: isFilled,
  prompt: isFilled,
  top_logprobs: (value) => value !== 0,
};

const Named = z.union([
  exactText().min(1).max(128),
  z.looseObject({ id: exactText().min(1).max(128) }).transform(({ id }) => id),
]);

export const OpenAiResponseRequest = z
  .object({
    model: ModelId.nullish().meta({ description: '`default` or nothing lets the server choose.' }),
    input: z.union([cleanedText(), z.array(Item).min(1).max(MAX_ITEMS)]),
    instructions: cleanedText().nullish(),
    stream: z.boolean().nullish(),
    previous_response_id: exactText()
      .max(256)
      .nullish()
      .meta({ description: 'Continues after that response. `input` then has only the user’s new messages.' }),
    conversation: Named.nullish().meta({ description: 'A session’s id, or a name of your own for it.' }),
    max_output_tokens: z.int().positive().nullish(),
    reasoning: z.looseObject({ effort: ReasoningEffort.nullish() }).nullish(),
    text: z.looseObject({ format: z.looseObject({ type: exactText() }).nullish() }).nullish(),
    metadata: Metadata.nullish(),
    context: SentContext.nullish(),
    ...Object.fromEntries(Object.keys(UNSUPPORTED).map((name) => [name, z.unknown().optional()])),
  })
  .meta({
    id: 'OpenAiResponseRequest',
    description:
      'Responses. Everything is stored, whatever `store` says. `X-Ignored` names what has no effect, `context` is ours.',
  });

export type ResponseQuestion = OpenAiQuestion & {
  /** Null if the request names no response. */
  readonly previous: NamedResponse | null;
  readonly previousId: string | null;
  readonly requestInstructions: string | null;
};

/** @throws AppError */
export function parseResponseQuestion(body: unknown): ResponseQuestion {
  const input = parseInput(OpenAiResponseRequest, body);
  for (const [name, asksForIt] of Object.entries(UNSUPPORTED)) {
    const value = (input as Record<string, unknown>)[name];
    if (value !== undefined && value !== null && asksForIt(value)) throw unsupported([name]);
  }
  const format = input.text?.format?.type;
  if (format !== undefined && format !== 'text') throw unsupported(['text', 'format', 'type']);
  const previousId = input.previous_response_id ?? null;
  const previous = previousId === null ? null : parseResponseId(previousId);
  const items = typeof input.input === 'string' ? [{ role: 'user' as const, content: input.input }] : input.input;
  const messages = items.flatMap(toMessage);
  const { earlier, text } = splitTranscript(messages);
  if (previousId !== null && earlier.length > 0)
    throw unsupported(['input'], 'can have only the user’s new messages after a previous_response_id');
  return {
    earlier,
    text,
    previous,
    previousId,
    requestInstructions: input.instructions ?? null,
    model: input.model ? chosenModel(input.model) : null,
    named: input.conversation ?? input.metadata?.session_id,
    isStream: input.stream === true,
    includesUsage: true,
    scope: scopeIn(input.metadata),
    instructions: instructionsIn(messages, input.instructions),
    maxOutputTokens: input.max_output_tokens ?? null,
    effort: input.reasoning?.effort ?? null,
    context: readPageContext(input.context),
    ignored: ignoredIn(body, items),
  };
}

const USED = Object.keys(OpenAiResponseRequest.shape);
/** What it asks for isn't done: everything is stored. */
const asksNotToStore = (body: unknown): boolean => z.looseObject({ store: z.literal(false) }).safeParse(body).success;

function ignoredIn(body: unknown, items: readonly Item[]): string[] {
  const { reasoning } = body as { readonly reasoning?: unknown };
  return toNames([
    ...unusedKeys(body, [...USED, 'store']),
    ...(asksNotToStore(body) ? ['store'] : []),
    ...unusedKeys(reasoning, ['effort'], 'reasoning.'),
    ...(items.some(({ type }) => type === 'reasoning') ? ['input.reasoning'] : []),
  ]);
}

function toMessage(item: Item, index: number): { role: string; content: string | null }[] {
  const { type = 'message', role, content } = item;
  // Reasoning of other models can't be used. Everything else would change the answer.
  if (type === 'reasoning') return [];
  if (type !== 'message' || role === undefined) throw unsupported(['input', index], `can’t be a ${type}`);
  if (typeof content !== 'object' || content === null) return [{ role, content: content ?? null }];
  const other = content.findIndex((part) => typeof part !== 'string');
  if (other >= 0) throw unsupported(['input', index, 'content', other], 'is not text, and only text is read here');
  return [{ role, content: content.filter((part) => typeof part === 'string').join('\n\n') }];
}

/** The same content under the same run id after another response is another request. */
export async function digestOfResponse(run: RunRequest, { previousId }: ResponseQuestion): Promise<string> {
  return previousId === null ? run.digest : digestOf({ asked: run.digest, previousId });
}
