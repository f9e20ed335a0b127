// The calls of a UI message: their arguments as they come, then how each ends: answered, failed, denied, waiting for the
// user, or not run. A call that has begun never stays without an end.
import type { Interrupt } from '@ag-ui/core';
import type { UIMessageChunk } from 'ai';
import type { AgUiEvent } from '../../durable/conversation/events.ts';
import { jsonOrText } from '../json-or-text.ts';

type EventOf<T extends AgUiEvent['type']> = Extract<AgUiEvent, { type: T }>;
type Chunks = readonly UIMessageChunk[];
type Call = { readonly name: string; args: string; state: 'open' | 'waiting' | 'over' };

export const NOT_RUN = 'This was not run, or its result is not known.';

export function createUiToolCalls() {
  const calls = new Map<string, Call>();
  /** What came of a card is told with how the card stands then, which is the next to come. */
  const held = new Map<string, EventOf<'TOOL_CALL_RESULT'>>();

  function start({ toolCallId, toolCallName: toolName }: EventOf<'TOOL_CALL_START'>): Chunks {
    calls.set(toolCallId, { name: toolName, args: '', state: 'open' });
    return [{ type: 'tool-input-start', toolCallId, toolName }];
  }

  function argue({ toolCallId, delta }: EventOf<'TOOL_CALL_ARGS'>): Chunks {
    const call = calls.get(toolCallId);
    if (!call) return [];
    call.args += delta;
    return [{ type: 'tool-input-delta', toolCallId, inputTextDelta: delta }];
  }

  function end({ toolCallId }: EventOf<'TOOL_CALL_END'>): Chunks {
    const call = calls.get(toolCallId);
    if (!call) return [];
    const input = call.args === '' ? {} : jsonOrText(call.args);
    const names = { toolCallId, toolName: call.name };
    if (typeof input !== 'string') return [{ type: 'tool-input-available', ...names, input }];
    // Cut off within its arguments.
    call.state = 'over';
    return [{ type: 'tool-input-error', ...names, input, errorText: NOT_RUN }];
  }

  /** A result of a call that this stream has not seen is what came of a card. */
  function take(result: EventOf<'TOOL_CALL_RESULT'>): Chunks {
    if (calls.get(result.toolCallId)?.state === 'open') return answer(result);
    held.set(result.toolCallId, result);
    return [];
  }

  function settle(card: { readonly toolCallId?: unknown; readonly state?: unknown }): Chunks {
    const result = held.get(String(card.toolCallId));
    if (!result) return [];
    held.delete(result.toolCallId);
    const answered = answer(result);
    return card.state === 'cancelled' ? [{ type: 'tool-output-denied', toolCallId: result.toolCallId }] : answered;
  }

  function answer({ toolCallId, content, metadata }: EventOf<'TOOL_CALL_RESULT'>): Chunks {
    const call = calls.get(toolCallId);
    if (call) call.state = 'over';
    const output = typeof content === 'string' ? jsonOrText(content) : content;
    return isErrorReply(metadata)
      ? [{ type: 'tool-output-error', toolCallId, errorText: errorTextOf(output) }]
      : [{ type: 'tool-output-available', toolCallId, output }];
  }

  function wait({ id, toolCallId, message }: Interrupt): Chunks {
    const call = toolCallId === undefined ? undefined : calls.get(toolCallId);
    if (toolCallId === undefined || !call) return [];
    call.state = 'waiting';
    const reason = message === undefined ? {} : { reason: message };
    return [{ type: 'tool-approval-request', approvalId: id, toolCallId, ...reason }];
  }

  /** What was called and neither answered nor waits will not be. */
  function close(): Chunks {
    const answered = [...held.values()].flatMap(answer);
    const left = [...calls].filter(([, { state }]) => state === 'open');
    return [
      ...answered,
      ...left.map(([toolCallId]) => ({ type: 'tool-output-error' as const, toolCallId, errorText: NOT_RUN })),
    ];
  }

  return { start, argue, end, take, settle, wait, close };
}

/** How the log marks it; see tool-step.ts. */
const isErrorReply = (metadata: unknown): boolean =>
  (metadata as { tanstack?: { state?: string } } | undefined)?.tanstack?.state === 'output-error';

/** Why a call failed: a refusal says it in words. */
export function errorTextOf(output: unknown): string {
  const message = typeof output === 'object' && output !== null && 'message' in output ? output.message : output;
  return typeof message === 'string' ? message : JSON.stringify(message);
}
