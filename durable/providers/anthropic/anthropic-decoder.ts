// Decodes the event stream of Anthropic's Messages API. Text deltas are checked by hand, because there is one per token and
// a zod schema would cost more than all other work per token. Other events go through zod.
import type { EventSourceMessage } from 'eventsource-parser';
import * as z from 'zod';
import type { Usage } from '../../contracts/usage.ts';
import { estimateUsage } from '../models/estimate-tokens.ts';
import type { FinishReason, ModelRequest, ProviderEvent } from '../provider.ts';
import { brokenStream, streamError } from '../stream/provider-error.ts';
import type { Decoder } from '../stream/stream-answer.ts';
import { Count, counts } from '../stream/token-count.ts';
import { isRecord, isWholeObject, parseJsonObject, takenCallIds, toolCallId } from '../stream/tool-arguments.ts';
import type { ThinkingBlock } from './thinking.ts';

const UsageFields = z.object({
  input_tokens: Count,
  output_tokens: Count,
  cache_creation_input_tokens: Count,
  cache_read_input_tokens: Count,
  /** Only at the start, and by lifetime. */
  cache_creation: counts({ ephemeral_1h_input_tokens: Count }),
  output_tokens_details: counts({ thinking_tokens: Count }),
});
const OptionalUsage = UsageFields.nullish().catch(null);
const MessageStart = z.object({ message: z.object({ usage: OptionalUsage }) });
const MessageDelta = z.object({ delta: z.object({ stop_reason: z.string().nullish() }), usage: OptionalUsage });
/** Fields of blocks that aren't ours can hold anything. */
const Text = z.string().optional().catch(undefined);
const BlockStart = z.object({
  index: z.int().nonnegative(),
  content_block: z.object({
    type: z.string(),
    text: Text,
    thinking: Text,
    signature: Text,
    data: Text,
    id: Text,
    name: Text,
    input: z.unknown().optional(),
  }),
});
const BlockIndex = z.object({ index: z.int().nonnegative() });
const ErrorEvent = z.object({ error: z.object({ type: z.unknown().optional(), message: z.unknown().optional() }) });

/** A reason that isn't listed is no success. */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  pause_turn: 'paused',
  model_context_window_exceeded: 'context',
  refusal: 'refusal',
};

/** What a client sees of a block while it streams. */
type OpenThinking = { thinking: string; signature: string };

type OpenCall = { readonly id: string; readonly initialInput: unknown; arguments: string };

export function createAnthropicDecoder(request: ModelRequest, apiKey: string): Decoder {
  const callsByBlock = new Map<number, OpenCall>();
  const thinkingByBlock = new Map<number, OpenThinking>();
  const ids = takenCallIds(request);
  /** Calls without any arguments, or whose arguments are no JSON object. The stop reason shows whether they were cut off. */
  const doubtfulCalls: { readonly id: string; readonly hasArguments: boolean }[] = [];
  let usage: Usage | null = null;
  let isOutputCounted = false;
  let streamed = '';
  let endedCalls = 0;
  let stopReason: string | undefined;
  let finished = false;

  function push(message: EventSourceMessage, out: ProviderEvent[]): void {
    const data = parseJsonObject(message.data);
    if (!data) throw brokenStream('an event is not a JSON object');
    switch (data['type']) {
      case 'content_block_delta':
        pushDelta(data, out);
        break;
      case 'content_block_start':
        startBlock(read(BlockStart, data), out);
        break;
      case 'content_block_stop':
        stopBlock(read(BlockIndex, data).index, out);
        break;
      case 'message_start':
        // A proxy that retried in the middle of an answer would double its text.
        if (streamed !== '') throw brokenStream('the answer began again');
        count(read(MessageStart, data).message.usage ?? null, out);
        break;
      case 'message_delta': {
        const { delta, usage: fields } = read(MessageDelta, data);
        if (delta.stop_reason) stopReason = delta.stop_reason;
        count(fields ?? null, out);
        if (fields?.output_tokens) isOutputCounted = true;
        break;
      }
      case 'message_stop':
        finish(out);
        break;
      case 'error': {
        const { error } = read(ErrorEvent, data);
        throw streamError([error.type], error.message, { apiKey, model: request.model });
      }
      // `ping`, and event types added later.
      default:
        break;
    }
  }

  function pushDelta(data: Record<string, unknown>, out: ProviderEvent[]): void {
    const { delta } = data;
    if (!isRecord(delta)) throw brokenStream('a delta is missing');
    const { type, text, thinking } = delta;
    if (type === 'text_delta' && typeof text === 'string') {
      pushText(text, out);
    } else if (type === 'thinking_delta' && typeof thinking === 'string') {
      const open = thinkingByBlock.get(Number(data['index']));
      if (open) open.thinking += thinking;
      pushReasoning(thinking, out);
    } else if (type === 'signature_delta') {
      const { signature } = delta;
      const open = thinkingByBlock.get(Number(data['index']));
      if (open && typeof signature === 'string') open.signature += signature;
    } else if (type === 'input_json_delta') {
      const piece = delta['partial_json'];
      const call = callsByBlock.get(Number(data['index']));
      if (typeof piece !== 'string') throw brokenStream('an arguments delta has no text');
      // Server tools stream input too, but we don't run those.
      if (call && piece !== '') pushArguments(call, piece, out);
    } else if (type === 'text_delta' || type === 'thinking_delta') {
      throw brokenStream('a delta has no text');
    }
  }

  function pushText(delta: string, out: ProviderEvent[]): void {
    if (delta === '') return;
    streamed += delta;
    out.push({ type: 'text', delta });
  }

  function pushReasoning(delta: string, out: ProviderEvent[]): void {
    if (delta === '') return;
    streamed += delta;
    out.push({ type: 'reasoning', delta });
  }

  function pushArguments(call: OpenCall, delta: string, out: ProviderEvent[]): void {
    streamed += delta;
    call.arguments += delta;
    out.push({ type: 'tool-call-args', id: call.id, delta });
  }

  function startBlock({ index, content_block: block }: z.infer<typeof BlockStart>, out: ProviderEvent[]): void {
    if (block.type === 'text' && block.text) pushText(block.text, out);
    if (block.type === 'thinking') {
      const { thinking = '', signature = '' } = block;
      thinkingByBlock.set(index, { thinking, signature });
      pushReasoning(thinking, out);
    }
    if (block.type === 'redacted_thinking' && block.data)
      pushState({ type: 'redacted_thinking', data: block.data }, out);
    if (block.type !== 'tool_use') return;
    if (!block.name) throw brokenStream('a tool call has no name');
    const id = toolCallId(block.id, ids);
    ids.add(id);
    streamed += block.name;
    callsByBlock.set(index, { id, initialInput: block.input, arguments: '' });
    out.push({ type: 'tool-call-start', id, name: block.name });
  }

  function pushState(payload: ThinkingBlock, out: ProviderEvent[]): void {
    out.push({ type: 'state', of: { part: 'reasoning' }, wire: 'anthropic', payload });
  }

  function stopBlock(index: number, out: ProviderEvent[]): void {
    const thought = thinkingByBlock.get(index);
    thinkingByBlock.delete(index);
    // Servers that imitate the API don't sign, and want nothing back.
    if (thought && thought.signature !== '') pushState({ type: 'thinking', ...thought }, out);
    const call = callsByBlock.get(index);
    if (!call) return;
    callsByBlock.delete(index);
    // Some compatible servers send the whole input with the start and no deltas.
    if (call.arguments === '' && isRecord(call.initialInput) && Object.keys(call.initialInput).length > 0) {
      pushArguments(call, JSON.stringify(call.initialInput), out);
    }
    if (isWholeObject(call.arguments)) endCall(call.id, out);
    else doubtfulCalls.push({ id: call.id, hasArguments: call.arguments !== '' });
  }

  function endCall(id: string, out: ProviderEvent[]): void {
    endedCalls++;
    out.push({ type: 'tool-call-end', id });
  }

  function count(fields: z.infer<typeof UsageFields> | null, out: ProviderEvent[]): void {
    if (!fields) return;
    // Counts are cumulative, and later events omit some of them.
    const longWrites = fields.cache_creation?.ephemeral_1h_input_tokens ?? usage?.longCacheWriteTokens ?? 0;
    const cacheWriteTokens = fields.cache_creation_input_tokens ?? usage?.cacheWriteTokens ?? 0;
    usage = {
      inputTokens: fields.input_tokens ?? usage?.inputTokens ?? 0,
      outputTokens: fields.output_tokens ?? usage?.outputTokens ?? 0,
      cacheReadTokens: fields.cache_read_input_tokens ?? usage?.cacheReadTokens ?? 0,
      cacheWriteTokens,
      ...(longWrites > 0 && { longCacheWriteTokens: Math.min(longWrites, cacheWriteTokens) }),
      reasoningTokens: fields.output_tokens_details?.thinking_tokens ?? usage?.reasoningTokens ?? 0,
      estimated: false,
    };
    out.push({ type: 'usage', usage });
  }

  function finish(out: ProviderEvent[]): void {
    if (stopReason === undefined) throw brokenStream('the answer ended without a stop reason');
    const reason = FINISH_REASONS[stopReason] ?? 'unknown';
    // An answer cut off by a limit may include a call with partial arguments. It stays open and does not run.
    const isWhole = reason === 'stop' || reason === 'tool-calls';
    if (isWhole) endDoubtfulCalls(out);
    if (reason === 'tool-calls' && endedCalls === 0)
      throw brokenStream('the stop reason is tool_use but there is no call');
    if (!isOutputCounted) {
      // The server didn't count the output; the count at the start is only a placeholder.
      usage = estimateUsage(request, usage?.inputTokens ? usage : null, streamed);
      out.push({ type: 'usage', usage });
    }
    finished = true;
    out.push({ type: 'finish', reason: isWhole && endedCalls > 0 ? 'tool-calls' : reason });
  }

  /** What a model wrote as arguments, the tool runner refuses if it is no JSON object, and the model can correct it. */
  function endDoubtfulCalls(out: ProviderEvent[]): void {
    if (callsByBlock.size > 0) throw brokenStream('the arguments of a tool call are incomplete');
    for (const { id, hasArguments } of doubtfulCalls) {
      if (!hasArguments) out.push({ type: 'tool-call-args', id, delta: '{}' });
      endCall(id, out);
    }
  }

  return {
    push,
    end() {
      throw brokenStream('the stream ended before message_stop');
    },
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

function read<Schema extends z.ZodType>(schema: Schema, data: unknown): z.infer<Schema> {
  const result = schema.safeParse(data);
  if (!result.success) throw brokenStream('an event does not match the documented format');
  return result.data;
}
