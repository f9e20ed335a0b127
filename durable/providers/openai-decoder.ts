// The Chat Completions stream of OpenAI and of the many servers that imitate it, as our events.
// A text delta, one per token, is checked field by field; tool pieces and usage go through zod.
import type { EventSourceMessage } from 'eventsource-parser';
import { z } from 'zod';
import { estimateUsage } from './estimate-tokens.ts';
import type { Usage } from './models.ts';
import type { FinishReason, ModelRequest, ProviderEvent } from './provider.ts';
import { brokenStream, streamError } from './provider-error.ts';
import type { Decoder } from './stream-answer.ts';
import { isRecord, parseJsonObject, toolCallId } from './tool-arguments.ts';

const Count = z.int().nonnegative().max(1_000_000_000).nullish();
const UsageFields = z.object({
  prompt_tokens: Count,
  completion_tokens: Count,
  total_tokens: Count,
  prompt_tokens_details: z.object({ cached_tokens: Count, cache_write_tokens: Count }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: Count }).nullish(),
});
const ToolPieces = z.array(
  z.object({
    index: z.int().nonnegative().nullish(),
    id: z.string().nullish(),
    // Some servers repeat null fields, and some send arguments as an object rather than as its text.
    function: z
      .object({ name: z.string().nullish(), arguments: z.union([z.string(), z.looseObject({})]).nullish() })
      .nullish(),
  }),
);
type ToolPiece = z.infer<typeof ToolPieces>[number];

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  length: 'length',
  content_filter: 'refusal',
};

type OpenCall = { readonly id: string; readonly givenId: string | undefined; arguments: string };

export function createOpenAiDecoder(request: ModelRequest, apiKey: string): Decoder {
  const calls = new Map<number, OpenCall>();
  const ids = new Set<string>();
  let lastCallIndex = -1;
  let usage: Usage | null = null;
  let streamed = '';
  let hasRefused = false;
  let finishReason: string | undefined;
  let finished = false;

  function push(message: EventSourceMessage, out: ProviderEvent[]): void {
    if (message.data === '[DONE]') finish(out);
    else pushChunk(parseJsonObject(message.data), out);
  }

  function pushChunk(chunk: Record<string, unknown> | null, out: ProviderEvent[]): void {
    if (!chunk) throw brokenStream('a chunk is not a JSON object');
    const { choices, usage: counted, error } = chunk;
    if (error) throw chunkError(error);
    if (counted) count(counted, out);
    // The usage chunk has no choice; servers that route send chunks without any.
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    if (isRecord(choice)) pushChoice(choice, out);
  }

  function pushChoice(choice: Record<string, unknown>, out: ProviderEvent[]): void {
    const { delta, finish_reason: reason } = choice;
    if (isRecord(delta)) {
      // `reasoning_content` by DeepSeek, vLLM and others, `reasoning` by OpenRouter and Ollama.
      const { content, refusal, reasoning_content, reasoning = reasoning_content, tool_calls: pieces } = delta;
      if (typeof reasoning === 'string' && reasoning !== '') {
        streamed += reasoning;
        out.push({ type: 'reasoning', delta: reasoning });
      }
      if (typeof content === 'string') pushText(content, out);
      if (typeof refusal === 'string' && refusal !== '') {
        hasRefused = true;
        pushText(refusal, out);
      }
      if (Array.isArray(pieces) && pieces.length > 0) {
        const parsed = ToolPieces.safeParse(pieces);
        if (!parsed.success) throw brokenStream('a tool call does not have the documented form');
        for (const piece of parsed.data) pushToolPiece(piece, out);
      }
    }
    if (typeof reason === 'string' && reason !== '') finishReason = reason;
  }

  function pushText(delta: string, out: ProviderEvent[]): void {
    if (delta === '') return;
    streamed += delta;
    out.push({ type: 'text', delta });
  }

  function pushToolPiece(piece: ToolPiece, out: ProviderEvent[]): void {
    const index = indexOf(piece);
    const name = piece.function?.name;
    let call = calls.get(index);
    if (!call) {
      if (!name) throw brokenStream('a tool call has no name');
      call = { id: toolCallId(piece.id, ids), givenId: piece.id ?? undefined, arguments: '' };
      ids.add(call.id);
      calls.set(index, call);
      streamed += name;
      out.push({ type: 'tool-call-start', id: call.id, name });
    }
    lastCallIndex = index;
    const given = piece.function?.arguments;
    const delta = typeof given === 'string' ? given : given ? JSON.stringify(given) : '';
    if (delta !== '') pushArguments(call, delta, out);
  }

  /** Servers that leave the index out send whole calls, or pieces with the id of their call, or none for the last one. */
  function indexOf(piece: ToolPiece): number {
    if (typeof piece.index === 'number') return piece.index;
    if (piece.id) {
      for (const [index, call] of calls) if (call.givenId === piece.id) return index;
    }
    const startsCall = Boolean(piece.id) || Boolean(piece.function?.name);
    return startsCall || lastCallIndex < 0 ? calls.size : lastCallIndex;
  }

  function pushArguments(call: OpenCall, delta: string, out: ProviderEvent[]): void {
    streamed += delta;
    call.arguments += delta;
    out.push({ type: 'tool-call-args', id: call.id, delta });
  }

  function count(given: unknown, out: ProviderEvent[]): void {
    const parsed = UsageFields.safeParse(given);
    // A count that cannot be read is a count that did not come: the estimate stands in.
    if (!parsed.success) return;
    const { prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details, completion_tokens_details } =
      parsed.data;
    const prompt = prompt_tokens ?? 0;
    const cacheRead = Math.min(prompt_tokens_details?.cached_tokens ?? 0, prompt);
    const cacheWrite = Math.min(prompt_tokens_details?.cache_write_tokens ?? 0, prompt - cacheRead);
    // Gemini leaves reasoning out of completion_tokens and has it in the total.
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
    if (!usage) {
      usage = estimateUsage(request, null, streamed);
      out.push({ type: 'usage', usage });
    }
    const reason = hasRefused ? 'refusal' : (FINISH_REASONS[finishReason] ?? 'stop');
    // An answer cut by a limit may hold a cut call; it is left open, and nothing runs from it.
    const isWhole = reason === 'stop' || reason === 'tool-calls';
    if (isWhole) endCalls(out);
    if (reason === 'tool-calls' && calls.size === 0)
      throw brokenStream('the call that the answer stops for is missing');
    finished = true;
    out.push({ type: 'finish', reason: isWhole && calls.size > 0 ? 'tool-calls' : reason });
  }

  function endCalls(out: ProviderEvent[]): void {
    for (const call of calls.values()) {
      if (call.arguments === '') pushArguments(call, '{}', out);
      if (!parseJsonObject(call.arguments)) throw brokenStream('arguments of a tool call are not whole');
      out.push({ type: 'tool-call-end', id: call.id });
    }
  }

  function chunkError(error: unknown) {
    if (!isRecord(error)) return streamError([], error, apiKey);
    return streamError([error['code'], error['type']], error['message'], apiKey);
  }

  return {
    push,
    // Some servers leave [DONE] out; an answer that named its finish reason is whole without it.
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
