// The tool calls of a UI message: their arguments as they arrive, then how each ends: with a result, failed, denied, waiting
// for approval, or not run. A call that started always gets an end.
import type { Interrupt } from '@ag-ui/core';
import type { UIMessageChunk } from 'ai';
import type { AgUiEvent } from '../../../durable/conversation/log/events.ts';
import { jsonOrText } from '../../http/read-json.ts';

type EventOf<T extends AgUiEvent['type']> = Extract<AgUiEvent, { type: T }>;
type Chunks = readonly UIMessageChunk[];
type OpenToolCall = { readonly name: string; args: string; state: 'open' | 'waiting' | 'over' };

export const NOT_RUN = 'This was not run, or its result is not known.';

export function createUiToolCalls() {
  const calls = new Map<string, OpenToolCall>();
  /** Results of approved calls, held until the approval's new state arrives with the next event. */
  const held = new Map<string, EventOf<'TOOL_CALL_RESULT'>>();

  function start({ toolCallId, toolCallName: toolName }: EventOf<'TOOL_CALL_START'>): Chunks {
    calls.set(toolCallId, { name: toolName, args: '', state: 'open' });
    return [{ type: 'tool-input-start', toolCallId, toolName }];
  }

  function addArguments({ toolCallId, delta }: EventOf<'TOOL_CALL_ARGS'>): Chunks {
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
    // The arguments were cut off.
    call.state = 'over';
    return [{ type: 'tool-input-error', ...names, input, errorText: NOT_RUN }];
  }

  /** A result of a call that is not in this stream belongs to an approval. */
  function addResult(result: EventOf<'TOOL_CALL_RESULT'>): Chunks {
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

  function requestApproval({ id, toolCallId, message }: Interrupt): Chunks {
    const call = toolCallId === undefined ? undefined : calls.get(toolCallId);
    if (toolCallId === undefined || !call) return [];
    call.state = 'waiting';
    const reason = message === undefined ? {} : { reason: message };
    return [{ type: 'tool-approval-request', approvalId: id, toolCallId, ...reason }];
  }

  /** Calls without a result that don't wait for approval did not run. */
  function close(): Chunks {
    const answered = [...held.values()].flatMap(answer);
    const left = [...calls].filter(([, { state }]) => state === 'open');
    return [
      ...answered,
      ...left.map(([toolCallId]) => ({ type: 'tool-output-error' as const, toolCallId, errorText: NOT_RUN })),
    ];
  }

  return { start, addArguments, end, addResult, settle, requestApproval, close };
}

/** The log marks it this way; see tool-step.ts. */
const isErrorReply = (metadata: unknown): boolean =>
  (metadata as { tanstack?: { state?: string } } | undefined)?.tanstack?.state === 'output-error';

/** Why a call failed. Refusals have a message. */
export function errorTextOf(output: unknown): string {
  const message = typeof output === 'object' && output !== null && 'message' in output ? output.message : output;
  return typeof message === 'string' ? message : JSON.stringify(message);
}
