// The Messages stream of Anthropic as our events. Rare events go through zod; a text delta, one per token,
// is checked field by field, because a schema costs more there than all the rest of the relay.
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
  input_tokens: Count,
  output_tokens: Count,
  cache_creation_input_tokens: Count,
  cache_read_input_tokens: Count,
  output_tokens_details: z.object({ thinking_tokens: Count }).nullish(),
});
const MessageStart = z.object({ message: z.object({ usage: UsageFields }) });
const MessageDelta = z.object({ delta: z.object({ stop_reason: z.string().nullish() }), usage: UsageFields.nullish() });
const BlockStart = z.object({
  index: z.int().nonnegative(),
  content_block: z.object({
    type: z.string(),
    text: z.string().optional(),
    thinking: z.string().optional(),
    id: z.string().optional(),
    name: z.string().optional(),
    input: z.unknown().optional(),
  }),
});
const BlockIndex = z.object({ index: z.int().nonnegative() });
const ErrorEvent = z.object({ error: z.object({ type: z.unknown().optional(), message: z.unknown().optional() }) });

/** pause_turn and a full context end an answer that has more to say, as max_tokens does. */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  pause_turn: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'refusal',
};

type OpenCall = { readonly id: string; readonly initialInput: unknown; arguments: string };

export function createAnthropicDecoder(request: ModelRequest, apiKey: string): Decoder {
  const callsByBlock = new Map<number, OpenCall>();
  const ids = new Set<string>();
  /** Calls with no arguments at all: cut short or meant so, which only the stop reason tells. */
  const unarguedCalls: string[] = [];
  let usage: Usage | null = null;
  let isOutputCounted = false;
  let streamed = '';
  let brokenCall = false;
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
        count(read(MessageStart, data).message.usage, out);
        break;
      case 'message_delta': {
        const { delta, usage: fields } = read(MessageDelta, data);
        if (delta.stop_reason) stopReason = delta.stop_reason;
        if (fields) count(fields, out);
        if (fields?.output_tokens) isOutputCounted = true;
        break;
      }
      case 'message_stop':
        finish(out);
        break;
      case 'error': {
        const { error } = read(ErrorEvent, data);
        throw streamError([error.type], error.message, apiKey);
      }
      // ping, and event types to come.
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
      pushReasoning(thinking, out);
    } else if (type === 'input_json_delta') {
      const piece = delta['partial_json'];
      const call = callsByBlock.get(Number(data['index']));
      if (typeof piece !== 'string') throw brokenStream('an arguments delta has no text');
      // Blocks that are not ours to run (server tools) stream input too.
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
    if (block.text) pushText(block.text, out);
    if (block.thinking) pushReasoning(block.thinking, out);
    if (block.type !== 'tool_use') return;
    if (!block.name) throw brokenStream('a tool call has no name');
    const id = toolCallId(block.id, ids);
    ids.add(id);
    streamed += block.name;
    callsByBlock.set(index, { id, initialInput: block.input, arguments: '' });
    out.push({ type: 'tool-call-start', id, name: block.name });
  }

  function stopBlock(index: number, out: ProviderEvent[]): void {
    const call = callsByBlock.get(index);
    if (!call) return;
    callsByBlock.delete(index);
    // Some servers of this wire give the input whole at the start and no deltas.
    if (call.arguments === '' && isRecord(call.initialInput) && Object.keys(call.initialInput).length > 0) {
      pushArguments(call, JSON.stringify(call.initialInput), out);
    }
    if (call.arguments === '') unarguedCalls.push(call.id);
    else if (parseJsonObject(call.arguments)) endCall(call.id, out);
    else brokenCall = true;
  }

  function endCall(id: string, out: ProviderEvent[]): void {
    endedCalls++;
    out.push({ type: 'tool-call-end', id });
  }

  function count(fields: z.infer<typeof UsageFields>, out: ProviderEvent[]): void {
    // The counts are cumulative, and a later event leaves out what it does not know.
    usage = {
      inputTokens: fields.input_tokens ?? usage?.inputTokens ?? 0,
      outputTokens: fields.output_tokens ?? usage?.outputTokens ?? 0,
      cacheReadTokens: fields.cache_read_input_tokens ?? usage?.cacheReadTokens ?? 0,
      cacheWriteTokens: fields.cache_creation_input_tokens ?? usage?.cacheWriteTokens ?? 0,
      reasoningTokens: fields.output_tokens_details?.thinking_tokens ?? usage?.reasoningTokens ?? 0,
      estimated: false,
    };
    out.push({ type: 'usage', usage });
  }

  function finish(out: ProviderEvent[]): void {
    if (stopReason === undefined) throw brokenStream('the answer ends without a stop reason');
    const reason = FINISH_REASONS[stopReason] ?? 'stop';
    // An answer cut by a limit may hold a cut call; it is left open, and nothing runs from it.
    const isWhole = reason === 'stop' || reason === 'tool-calls';
    if (isWhole) endUnarguedCalls(out);
    if (reason === 'tool-calls' && endedCalls === 0)
      throw brokenStream('the call that the answer stops for is missing');
    if (!isOutputCounted) {
      // A server that does not count. The start's own number stands for next to nothing.
      usage = estimateUsage(request, usage?.inputTokens ? usage : null, streamed);
      out.push({ type: 'usage', usage });
    }
    finished = true;
    out.push({ type: 'finish', reason: isWhole && endedCalls > 0 ? 'tool-calls' : reason });
  }

  function endUnarguedCalls(out: ProviderEvent[]): void {
    if (brokenCall || callsByBlock.size > 0) throw brokenStream('arguments of a tool call are not whole');
    for (const id of unarguedCalls) {
      out.push({ type: 'tool-call-args', id, delta: '{}' });
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
  if (!result.success) throw brokenStream('an event does not have the documented form');
  return result.data;
}
