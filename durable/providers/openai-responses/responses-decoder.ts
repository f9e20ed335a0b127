// Decodes the event stream of OpenAI's Responses API. Items are distinguished by `output_index`, because ids may be missing, and a
// call is linked to its output by `call_id`. Deltas are checked by hand, because there is one per token; whole items and counts
// go through zod.
import type { EventSourceMessage } from 'eventsource-parser';
import * as z from 'zod';
import type { Usage } from '../../contracts/usage.ts';
import type { AppError } from '../../errors.ts';
import { estimateUsage } from '../models/estimate-tokens.ts';
import type { FinishReason, ModelRequest, ProviderEvent } from '../provider.ts';
import { brokenStream, streamError } from '../stream/provider-error.ts';
import type { Decoder } from '../stream/stream-answer.ts';
import { Count, counts } from '../stream/token-count.ts';
import { isRecord, isWholeObject, parseJsonObject, takenCallIds, toolCallId } from '../stream/tool-arguments.ts';
import { readPhase, readReasoning } from './responses-state.ts';

const UsageFields = z.object({
  input_tokens: Count,
  output_tokens: Count,
  input_tokens_details: counts({
    cached_tokens: Count,
    cache_write_tokens: Count,
    cache_write_tokens_details: counts({ ttl_12h_tokens: Count }),
  }),
  output_tokens_details: counts({ reasoning_tokens: Count }),
});

const CallItem = z.object({
  call_id: z.string().nullish(),
  name: z.string().nullish(),
  // Some servers send an object instead of JSON text.
  arguments: z.union([z.string(), z.looseObject({})]).nullish(),
  status: z.string().nullish(),
});
type CallItem = z.infer<typeof CallItem>;
const MessageItem = z.object({
  content: z.array(z.object({ text: z.string().nullish(), refusal: z.string().nullish() })).nullish(),
});
const ItemEvent = z.object({ output_index: z.int().nonnegative(), item: z.looseObject({ type: z.string() }) });
const ArgumentsEvent = z.object({ output_index: z.int().nonnegative(), arguments: z.string() });

/** Why a response is incomplete. A reason that isn't listed is no success. */
const INCOMPLETE_REASONS: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  max_tokens: 'length',
  content_filter: 'filter',
};

/** Errors that are a safety filter's decision. Another provider must not be asked instead. */
const FILTER_CODES = [
  'content_filter',
  'bio_policy',
  'misalignment_policy_violation',
  'image_content_policy_violation',
];

type OpenCall = { readonly id: string; arguments: string; isEnded: boolean };

export function createResponsesDecoder(request: ModelRequest, apiKey: string): Decoder {
  const calls = new Map<number, OpenCall>();
  const ids = takenCallIds(request);
  /** The messages whose text came in deltas. */
  const streamedMessages = new Set<number>();
  let usage: Usage | null = null;
  let streamed = '';
  let isInReasoning = false;
  /** The message whose text came last, if nothing has ended it. */
  let openText: number | null = null;
  let hasRefused = false;
  let finished = false;

  function push(message: EventSourceMessage, out: ProviderEvent[]): void {
    if (message.data === '[DONE]') end();
    const data = parseJsonObject(message.data);
    if (!data) throw brokenStream('an event is not a JSON object');
    switch (data['type']) {
      case 'response.output_text.delta':
        pushText(deltaOf(data), indexOf(data), out);
        break;
      case 'response.refusal.delta':
        hasRefused = true;
        pushText(deltaOf(data), indexOf(data), out);
        break;
      case 'response.reasoning_summary_part.added':
        // A summary has several parts, each with a heading of its own.
        if (isInReasoning) pushReasoning('\n\n', out);
        break;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        pushReasoning(deltaOf(data), out);
        break;
      case 'response.function_call_arguments.delta': {
        const call = calls.get(indexOf(data) ?? -1);
        if (call) pushArguments(call, deltaOf(data), out);
        break;
      }
      case 'response.function_call_arguments.done': {
        const { output_index, arguments: whole } = read(ArgumentsEvent, data);
        const call = calls.get(output_index);
        if (call) completeArguments(call, whole, out);
        break;
      }
      case 'response.output_item.added': {
        const { output_index, item } = read(ItemEvent, data);
        if (item.type === 'function_call') startCall(output_index, read(CallItem, item), out);
        break;
      }
      case 'response.output_item.done': {
        const { output_index, item } = read(ItemEvent, data);
        endItem(output_index, item, out);
        break;
      }
      case 'response.completed':
        complete(responseOf(data), out);
        break;
      case 'response.incomplete':
        endIncomplete(responseOf(data), out);
        break;
      case 'response.failed':
        endFailed(responseOf(data), out);
        break;
      case 'error':
        fail(isRecord(data['error']) ? data['error'] : data, out);
        break;
      // Events of other tools, parts that repeat their deltas, and types added later.
      default:
        break;
    }
  }

  function pushText(delta: string, index: number | null, out: ProviderEvent[]): void {
    if (delta === '') return;
    // Messages without state become one text.
    const text = openText !== null && index !== openText ? `\n\n${delta}` : delta;
    openText = index;
    if (index !== null) streamedMessages.add(index);
    isInReasoning = false;
    streamed += text;
    out.push({ type: 'text', delta: text });
  }

  function pushReasoning(delta: string, out: ProviderEvent[]): void {
    if (delta === '') return;
    isInReasoning = true;
    openText = null;
    streamed += delta;
    out.push({ type: 'reasoning', delta });
  }

  function startCall(index: number, item: CallItem, out: ProviderEvent[]): OpenCall {
    const known = calls.get(index);
    if (known) return known;
    if (!item.name) throw brokenStream('a tool call has no name');
    const call: OpenCall = { id: toolCallId(item.call_id, ids), arguments: '', isEnded: false };
    ids.add(call.id);
    calls.set(index, call);
    isInReasoning = false;
    openText = null;
    streamed += item.name;
    out.push({ type: 'tool-call-start', id: call.id, name: item.name });
    return call;
  }

  function pushArguments(call: OpenCall, delta: string, out: ProviderEvent[]): void {
    if (delta === '') return;
    streamed += delta;
    call.arguments += delta;
    out.push({ type: 'tool-call-args', id: call.id, delta });
  }

  /** Some servers send the arguments only when they are whole, or leave out the last deltas. */
  function completeArguments(call: OpenCall, whole: string, out: ProviderEvent[]): void {
    if (!whole.startsWith(call.arguments)) throw brokenStream('the arguments of a tool call differ from their deltas');
    pushArguments(call, whole.slice(call.arguments.length), out);
  }

  function endItem(index: number, item: { readonly type?: unknown }, out: ProviderEvent[]): void {
    if (item.type === 'function_call') endCall(index, read(CallItem, item), out);
    else if (item.type === 'reasoning') pushState('reasoning', readReasoning(item), out);
    else if (item.type === 'message') endMessage(index, item, out);
  }

  function endMessage(index: number, item: object, out: ProviderEvent[]): void {
    if (!streamedMessages.has(index)) pushMessage(index, read(MessageItem, item), out);
    const phase = readPhase(item);
    if (streamedMessages.has(index)) pushState('text', phase && { phase }, out);
  }

  /** What came with the start of an item may be incomplete, so this is called only for its end. */
  function pushState(part: 'text' | 'reasoning', payload: unknown, out: ProviderEvent[]): void {
    if (payload === null) return;
    openText = null;
    isInReasoning = false;
    out.push({ type: 'state', of: { part }, wire: 'openai-responses', payload });
  }

  function pushMessage(index: number, { content }: z.infer<typeof MessageItem>, out: ProviderEvent[]): void {
    for (const { text, refusal } of content ?? []) {
      if (refusal) hasRefused = true;
      pushText(text ?? refusal ?? '', index, out);
    }
  }

  function endCall(index: number, item: CallItem, out: ProviderEvent[]): void {
    const call = startCall(index, item, out);
    if (call.isEnded) return;
    // The item of a call that was cut off may hold less than its deltas, and must not run.
    if (item.status === 'incomplete') return;
    const { arguments: given } = item;
    if (given) completeArguments(call, typeof given === 'string' ? given : JSON.stringify(given), out);
    // Arguments that are no JSON object wait for the end of the response, which shows whether they were cut off.
    if (isWholeObject(call.arguments)) markEnded(call, out);
  }

  function markEnded(call: OpenCall, out: ProviderEvent[]): void {
    call.isEnded = true;
    out.push({ type: 'tool-call-end', id: call.id });
  }

  function count(given: unknown, out: ProviderEvent[]): void {
    const parsed = UsageFields.safeParse(given);
    // An unreadable count is treated as missing, so the estimate is used.
    if (!parsed.success) return;
    const { input_tokens, output_tokens, input_tokens_details, output_tokens_details } = parsed.data;
    const input = input_tokens ?? 0;
    const output = output_tokens ?? 0;
    if (input === 0 && output === 0) return;
    const cacheRead = Math.min(input_tokens_details?.cached_tokens ?? 0, input);
    const cacheWrite = Math.min(input_tokens_details?.cache_write_tokens ?? 0, input - cacheRead);
    usage = {
      inputTokens: input - cacheRead - cacheWrite,
      outputTokens: output,
      cacheReadTokens: cacheRead,
      cacheWriteTokens: cacheWrite,
      ...longWrites(input_tokens_details?.cache_write_tokens_details?.ttl_12h_tokens, cacheWrite),
      reasoningTokens: Math.min(output_tokens_details?.reasoning_tokens ?? 0, output),
      estimated: false,
    };
    if (output_tokens === null) usage = estimateUsage(request, usage, streamed);
    out.push({ type: 'usage', usage });
  }

  function complete(response: Record<string, unknown>, out: ProviderEvent[]): void {
    // Some servers send no items before the end.
    if (streamed === '') pushOutput(response['output'], out);
    count(response['usage'], out);
    if (!hasRefused) endCalls(out);
    finish(hasRefused ? 'refusal' : calls.size > 0 ? 'tool-calls' : 'stop', out);
  }

  function pushOutput(output: unknown, out: ProviderEvent[]): void {
    for (const [index, item] of (Array.isArray(output) ? output : []).entries()) {
      if (isRecord(item)) endItem(index, item, out);
    }
  }

  function endCalls(out: ProviderEvent[]): void {
    for (const call of calls.values()) {
      if (call.isEnded) continue;
      if (call.arguments === '') pushArguments(call, '{}', out);
      // Arguments that are no JSON object are refused by the tool runner, and the model can correct them.
      markEnded(call, out);
    }
  }

  /** A call of an answer that was cut off may have partial arguments. It stays open and does not run. */
  function endIncomplete(response: Record<string, unknown>, out: ProviderEvent[]): void {
    count(response['usage'], out);
    const details = response['incomplete_details'];
    const reason = isRecord(details) ? String(details['reason']) : '';
    finish(hasRefused ? 'refusal' : (INCOMPLETE_REASONS[reason] ?? 'unknown'), out);
  }

  function endFailed(response: Record<string, unknown>, out: ProviderEvent[]): void {
    count(response['usage'], out);
    fail(isRecord(response['error']) ? response['error'] : {}, out);
  }

  function fail(error: Record<string, unknown>, out: ProviderEvent[]): void {
    if (!FILTER_CODES.includes(String(error['code']))) throw errorOf(error);
    finish('filter', out);
  }

  function finish(reason: FinishReason, out: ProviderEvent[]): void {
    if (!usage) {
      usage = estimateUsage(request, null, streamed);
      out.push({ type: 'usage', usage });
    }
    finished = true;
    out.push({ type: 'finish', reason });
  }

  function errorOf(error: Record<string, unknown>): AppError {
    const { code, type, message } = error;
    return streamError([code, type === 'error' ? null : type], message, { apiKey, model: request.model });
  }

  function end(): never {
    throw brokenStream('the stream ended before the response was complete');
  }

  return {
    push,
    end,
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

const longWrites = (count: number | null | undefined, most: number): Pick<Usage, 'longCacheWriteTokens'> =>
  count ? { longCacheWriteTokens: Math.min(count, most) } : {};

function deltaOf({ delta }: Record<string, unknown>): string {
  if (typeof delta !== 'string') throw brokenStream('a delta has no text');
  return delta;
}

const indexOf = ({ output_index: index }: Record<string, unknown>): number | null =>
  typeof index === 'number' ? index : null;

function responseOf({ response }: Record<string, unknown>): Record<string, unknown> {
  if (!isRecord(response)) throw brokenStream('the last event has no response');
  return response;
}

function read<Schema extends z.ZodType>(schema: Schema, data: unknown): z.infer<Schema> {
  const result = schema.safeParse(data);
  if (!result.success) throw brokenStream('an event does not match the documented format');
  return result.data;
}
