// Decodes the Chat Completions stream of OpenAI and compatible servers. Text deltas are checked by hand, because there is
// one per token; tool calls and usage go through zod.
import type { EventSourceMessage } from 'eventsource-parser';
import * as z from 'zod';
import type { Usage } from '../../contracts/usage.ts';
import { estimateUsage } from '../models/estimate-tokens.ts';
import type { FinishReason, ModelRequest, ProviderEvent } from '../provider.ts';
import { brokenStream, streamError } from '../stream/provider-error.ts';
import type { Decoder } from '../stream/stream-answer.ts';
import { Count, counts } from '../stream/token-count.ts';
import { isRecord, isWholeObject, parseJsonObject, takenCallIds, toolCallId } from '../stream/tool-arguments.ts';
import { addDetails, type CallState, type ReasoningState } from './chat-state.ts';
import { createThinkSplitter } from './think-tags.ts';

const UsageFields = z.object({
  prompt_tokens: Count,
  completion_tokens: Count,
  total_tokens: Count,
  prompt_tokens_details: counts({ cached_tokens: Count, cache_write_tokens: Count }),
  completion_tokens_details: counts({ reasoning_tokens: Count }),
});
const ToolPieces = z.array(
  z.object({
    index: z.int().nonnegative().nullish(),
    id: z.string().nullish(),
    // Some servers send null fields, and some send arguments as an object instead of JSON text.
    function: z
      .object({ name: z.string().nullish(), arguments: z.union([z.string(), z.looseObject({})]).nullish() })
      .nullish(),
    extra_content: z.record(z.string(), z.unknown()).nullish().catch(null),
  }),
);
type ToolPiece = z.infer<typeof ToolPieces>[number];

/** In lower case, as OpenAI and the servers that follow it spell them. A reason that isn't listed is no success. */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  eos_token: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  tool_use: 'tool-calls',
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'context',
  model_context_window_exceeded: 'context',
  content_filter: 'filter',
  safety: 'filter',
  recitation: 'filter',
  blocklist: 'filter',
  prohibited_content: 'filter',
  spii: 'filter',
  refusal: 'refusal',
};

type OpenCall = {
  readonly id: string;
  readonly givenId: string | undefined;
  readonly name: string;
  arguments: string;
};

export function createOpenAiDecoder(request: ModelRequest, apiKey: string): Decoder {
  const calls: OpenCall[] = [];
  /** The call that a piece with this index continues. */
  const callsByIndex = new Map<number, OpenCall>();
  const ids = takenCallIds(request);
  const splitter = createThinkSplitter();
  const details: unknown[] = [];
  let reasoningContent: string | null = null;
  let lastCall: OpenCall | null = null;
  let choiceIndex: number | null = null;
  let answerId: string | null = null;
  let chunksWithId = 0;
  let roles = 0;
  let usage: Usage | null = null;
  let streamed = '';
  let hasRefused = false;
  let finishReason: string | undefined;
  let finished = false;

  function push(message: EventSourceMessage, out: ProviderEvent[]): void {
    if (message.data.trim() === '[DONE]') finish(out);
    else pushChunk(parseJsonObject(message.data), out);
  }

  function pushChunk(chunk: Record<string, unknown> | null, out: ProviderEvent[]): void {
    if (!chunk) throw brokenStream('a chunk is not a JSON object');
    const { id, choices, usage: counted, error } = chunk;
    if (error) throw chunkError(error);
    watchId(id);
    if (counted) count(counted, out);
    // The usage chunk has no choices, and neither have some chunks of routing servers.
    for (const choice of Array.isArray(choices) ? choices : []) {
      if (isRecord(choice) && isOurs(choice)) pushChoice(choice, out);
    }
  }

  /** A proxy that retried in the middle of an answer would double its text. Some servers give each chunk its own id. */
  function watchId(id: unknown): void {
    if (typeof id !== 'string' || id === '') return;
    if (answerId === null || id === answerId) chunksWithId += 1;
    else if (chunksWithId > 2 && streamed !== '' && !finishReason) throw brokenStream('the answer began again');
    else chunksWithId = Number.NEGATIVE_INFINITY;
    answerId ??= id;
  }

  /** Some servers send several answers at once. The first one counts. */
  function isOurs({ index }: Record<string, unknown>): boolean {
    const given = typeof index === 'number' ? index : 0;
    choiceIndex ??= given;
    return given === choiceIndex;
  }

  function pushChoice(choice: Record<string, unknown>, out: ProviderEvent[]): void {
    const { delta, message, finish_reason: reason, error } = choice;
    if (error) throw chunkError(error);
    if (isRecord(delta)) pushDelta(delta, typeof reason === 'string', out);
    else if (isRecord(message)) pushMessage(message, out);
    if (typeof reason !== 'string' || reason === '') return;
    // Some servers finish twice. What failed isn't a success because of it.
    if (finishReason === undefined || !(reason.toLowerCase() in FINISH_REASONS)) finishReason = reason;
  }

  function pushDelta(delta: Record<string, unknown>, isLast: boolean, out: ProviderEvent[]): void {
    // DeepSeek, vLLM and others send `reasoning_content`; OpenRouter and Ollama send `reasoning`; some send both.
    const { role, content, refusal, reasoning, reasoning_content, reasoning_details, tool_calls: pieces } = delta;
    const isEmpty = !content && !refusal && !reasoning && !reasoning_content && !pieces;
    if (role === 'assistant') roles += 1;
    const isSecondStart = role === 'assistant' && roles === 2;
    if (isSecondStart && isEmpty && !isLast && streamed !== '' && !finishReason)
      throw brokenStream('the answer began again');
    const thought = isText(reasoning) ? reasoning : isText(reasoning_content) ? reasoning_content : '';
    if (typeof reasoning_content === 'string') reasoningContent = (reasoningContent ?? '') + reasoning_content;
    if (Array.isArray(reasoning_details)) addDetails(details, reasoning_details);
    pushReasoning(thought, out);
    pushContent(content, out);
    if (isText(refusal)) {
      hasRefused = true;
      pushText(refusal, out);
    }
    if (Array.isArray(pieces)) pushPieces(pieces, out);
  }

  /** A whole message in place of a delta. After deltas, only what they left out is new. */
  function pushMessage(message: Record<string, unknown>, out: ProviderEvent[]): void {
    const { content, tool_calls: pieces, ...rest } = message;
    const isFirst = streamed === '';
    if (isFirst) pushDelta({ ...rest, content }, true, out);
    if (Array.isArray(pieces) && calls.length === 0) pushPieces(pieces, out);
  }

  /** Text, or its parts: some servers send reasoning as a part, and some mix parts with strings. */
  function pushContent(content: unknown, out: ProviderEvent[]): void {
    if (typeof content === 'string') {
      pushText(content, out);
      return;
    }
    for (const part of Array.isArray(content) ? content : isRecord(content) ? [content] : []) {
      if (typeof part === 'string') pushText(part, out);
      else if (isRecord(part)) pushContentPart(part, out);
    }
  }

  function pushContentPart({ type, text, thinking, refusal }: Record<string, unknown>, out: ProviderEvent[]): void {
    if (thinking !== undefined) pushReasoning(textOf(thinking), out);
    else if (type === 'refusal' || isText(refusal)) {
      hasRefused = true;
      pushText(textOf(refusal), out);
    } else pushText(textOf(text), out);
  }

  function pushText(delta: string, out: ProviderEvent[]): void {
    streamed += delta;
    out.push(...splitter.push(delta));
  }

  function pushReasoning(delta: string, out: ProviderEvent[]): void {
    if (delta === '') return;
    streamed += delta;
    out.push({ type: 'reasoning', delta });
  }

  function pushPieces(pieces: readonly unknown[], out: ProviderEvent[]): void {
    const parsed = ToolPieces.safeParse(pieces);
    if (!parsed.success) throw brokenStream('a tool call does not match the documented format');
    for (const piece of parsed.data) pushToolPiece(piece, out);
  }

  function pushToolPiece(piece: ToolPiece, out: ProviderEvent[]): void {
    const given = piece.function?.arguments;
    const delta = typeof given === 'string' ? given : given ? JSON.stringify(given) : '';
    const call = continuedBy(piece, delta) ?? startCall(piece, out);
    if (typeof piece.index === 'number') callsByIndex.set(piece.index, call);
    lastCall = call;
    if (delta !== '') pushArguments(call, delta, out);
    if (piece.extra_content) {
      const payload: CallState = { extra_content: piece.extra_content };
      out.push({ type: 'state', of: { part: 'tool-call', id: call.id }, wire: 'chat-completions', payload });
    }
  }

  function startCall(piece: ToolPiece, out: ProviderEvent[]): OpenCall {
    const name = piece.function?.name;
    if (!name) throw brokenStream('a tool call has no name');
    const call: OpenCall = { id: toolCallId(piece.id, ids), givenId: piece.id ?? undefined, name, arguments: '' };
    ids.add(call.id);
    calls.push(call);
    streamed += name;
    out.push({ type: 'tool-call-start', id: call.id, name });
    return call;
  }

  /**
   * The open call that a piece continues; null if it starts one. A piece belongs to the call with its index, or without an
   * index to the one with its id, or to the last one. Some servers number all parallel calls 0, or give them one id.
   */
  function continuedBy(piece: ToolPiece, delta: string): OpenCall | null {
    const hasIndex = typeof piece.index === 'number';
    const named = piece.function?.name;
    let call = hasIndex ? callsByIndex.get(piece.index ?? 0) : calls.findLast(({ givenId }) => givenId === piece.id);
    if (!hasIndex && !piece.id) call = named ? undefined : (lastCall ?? undefined);
    if (!call) return null;
    const isOther = Boolean(piece.id) && call.givenId !== undefined && piece.id !== call.givenId;
    if (isOther && (named || !hasIndex)) return null;
    if (!named) return call;
    const isNext = named !== call.name || (delta !== '' && isWholeObject(call.arguments));
    return isNext ? null : call;
  }

  function pushArguments(call: OpenCall, delta: string, out: ProviderEvent[]): void {
    streamed += delta;
    call.arguments += delta;
    out.push({ type: 'tool-call-args', id: call.id, delta });
  }

  function count(given: unknown, out: ProviderEvent[]): void {
    const parsed = UsageFields.safeParse(given);
    // An unreadable count is treated as missing, so the estimate is used.
    if (!parsed.success) return;
    const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details, completion_tokens_details } =
      parsed.data;
    const prompt = prompt_tokens ?? 0;
    const cacheRead = Math.min(prompt_tokens_details?.cached_tokens ?? 0, prompt);
    const cacheWrite = Math.min(prompt_tokens_details?.cache_write_tokens ?? 0, prompt - cacheRead);
    // Gemini leaves reasoning out of completion_tokens but includes it in the total.
    const output = Math.max(completion_tokens ?? 0, (total_tokens ?? 0) - prompt);
    if (prompt === 0 && output === 0) return;
    usage = {
      inputTokens: prompt - cacheRead - cacheWrite,
      outputTokens: output,
      cacheReadTokens: cacheRead,
      cacheWriteTokens: cacheWrite,
      reasoningTokens: Math.min(completion_tokens_details?.reasoning_tokens ?? 0, output),
      estimated: false,
    };
    out.push({ type: 'usage', usage });
  }

  function finish(out: ProviderEvent[]): void {
    if (finishReason === undefined) throw brokenStream('the stream ended without a finish reason');
    const known = FINISH_REASONS[finishReason.toLowerCase()] ?? 'unknown';
    const reason = hasRefused ? 'refusal' : known;
    // An answer cut off by a limit may include a call with partial arguments. It stays open and does not run.
    const isWhole = reason === 'stop' || reason === 'tool-calls';
    out.push(...splitter.end(isWhole));
    if (isWhole) endCalls(out);
    pushReasoningState(out);
    if (!usage) {
      usage = estimateUsage(request, null, streamed);
      out.push({ type: 'usage', usage });
    }
    finished = true;
    // Some servers name calls as the reason without any, or calls without naming them.
    out.push({ type: 'finish', reason: isWhole ? (calls.length > 0 ? 'tool-calls' : 'stop') : reason });
  }

  function pushReasoningState(out: ProviderEvent[]): void {
    const payload: ReasoningState =
      details.length > 0
        ? { reasoning_details: details }
        : reasoningContent === null
          ? {}
          : { reasoning_content: reasoningContent };
    if (Object.keys(payload).length > 0)
      out.push({ type: 'state', of: { part: 'reasoning' }, wire: 'chat-completions', payload });
  }

  function endCalls(out: ProviderEvent[]): void {
    for (const call of calls) {
      if (call.arguments === '') pushArguments(call, '{}', out);
      // Arguments that are no JSON object are refused by the tool runner, and the model can correct them.
      out.push({ type: 'tool-call-end', id: call.id });
    }
  }

  function chunkError(error: unknown) {
    const sent = { apiKey, model: request.model };
    if (!isRecord(error)) return streamError([], error, sent);
    return streamError([error['code'], error['type']], error['message'], sent);
  }

  return {
    push,
    // Some servers omit [DONE]. The answer is complete once it has a finish reason.
    end: finish,
    get finished() {
      return finished;
    },
    get usage() {
      return usage;
    },
    get streamed() {
      return streamed;
    },
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The text of a part, which may be text, an object with text, or a list of them. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join('');
  return isRecord(value) ? textOf(value['text'] ?? '') : '';
}
