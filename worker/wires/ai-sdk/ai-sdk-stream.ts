// The AI SDK's UI message stream: one assistant message of parts, step by step. A run after a decision continues the message
// that proposed the change. If a client loads such a message again, the earlier runs are sent first.
import type { UIMessageChunk } from 'ai';
import type { AgUiEvent } from '../../../durable/conversation/log/events.ts';
import type { Encode, Payload } from '../projection.ts';
import { createUiToolCalls } from './ui-tool-calls.ts';

type EventOf<T extends AgUiEvent['type']> = Extract<AgUiEvent, { type: T }>;
type Chunks = readonly UIMessageChunk[];

/** These are kept in the message, under the id of what they belong to. Others are transient. */
const KEPT: Readonly<Record<string, 'toolCallId' | 'approvalId'>> = {
  confirmation: 'approvalId',
  navigation: 'toolCallId',
  workspace: 'toolCallId',
};

export function encodeUiMessage(options: {
  /** The run that ends the stream. Events of earlier runs may come first. */
  readonly runId: string;
  /** Whether the client continues its last message. */
  readonly continues: boolean;
}): Encode {
  const calls = createUiToolCalls();
  let isStarted = false;
  let step: string | null = null;
  let isTextOpen = false;

  function encode(event: AgUiEvent): Chunks {
    switch (event.type) {
      case 'RUN_STARTED':
        return start(event);
      case 'TEXT_MESSAGE_START':
        return beginStep(event.messageId);
      case 'TEXT_MESSAGE_CONTENT':
        return [...openText(event.messageId), { type: 'text-delta', id: event.messageId, delta: event.delta }];
      case 'TEXT_MESSAGE_END':
        return closeText(event.messageId);
      case 'REASONING_MESSAGE_START':
        return [{ type: 'reasoning-start', id: event.messageId }];
      case 'REASONING_MESSAGE_CONTENT':
        return [{ type: 'reasoning-delta', id: event.messageId, delta: event.delta }];
      case 'REASONING_MESSAGE_END':
        return [{ type: 'reasoning-end', id: event.messageId }];
      case 'TOOL_CALL_START':
        return calls.start(event);
      case 'TOOL_CALL_ARGS':
        return calls.addArguments(event);
      case 'TOOL_CALL_END':
        return calls.end(event);
      case 'TOOL_CALL_RESULT':
        return calls.addResult(event);
      case 'CUSTOM':
        return addCustom(event.name, event.value);
      case 'RUN_FINISHED':
        return event.runId === options.runId ? finish(event) : approvalRequests(event);
      case 'RUN_ERROR':
        return fail(event);
      default:
        return [];
    }
  }

  function start({ threadId, runId }: EventOf<'RUN_STARTED'>): Chunks {
    const messageMetadata = { sessionId: threadId, runId };
    if (isStarted) return [{ type: 'message-metadata', messageMetadata }];
    isStarted = true;
    return [{ type: 'start', ...(!options.continues && { messageId: runId }), messageMetadata }];
  }

  /** A message of the log is a step here. It may open its text more than once. */
  function beginStep(messageId: string): Chunks {
    if (step === messageId) return [];
    const ended = endStep();
    step = messageId;
    return [...ended, { type: 'start-step' }];
  }

  function endStep(): Chunks {
    if (step === null) return [];
    step = null;
    return [{ type: 'finish-step' }];
  }

  /** Only with the first text: an empty part would appear before the reasoning. */
  function openText(id: string): Chunks {
    if (isTextOpen) return [];
    isTextOpen = true;
    return [{ type: 'text-start', id }];
  }

  function closeText(id: string): Chunks {
    if (!isTextOpen) return [];
    isTextOpen = false;
    return [{ type: 'text-end', id }];
  }

  function addCustom(name: string, value: unknown): Chunks {
    const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    const key = KEPT[name];
    const id = key === undefined ? undefined : fields[key];
    const place = typeof id === 'string' ? { id } : { transient: true };
    const settled = name === 'confirmation' ? calls.settle(fields) : [];
    return [...settled, { type: `data-${name}`, data: value, ...place }];
  }

  const approvalRequests = ({ outcome }: EventOf<'RUN_FINISHED'>): Chunks =>
    outcome?.type === 'interrupt' ? outcome.interrupts.flatMap(calls.requestApproval) : [];

  function finish(event: EventOf<'RUN_FINISHED'>): Chunks {
    return [
      ...approvalRequests(event),
      ...calls.close(),
      ...endStep(),
      ...(event.outcome?.type === 'cancelled' ? [{ type: 'abort' as const, reason: 'stopped' }] : []),
      {
        type: 'finish',
        finishReason: finishReasonOf(event),
        messageMetadata: { usage: event.usage ?? [], ...endingIn(event) },
      },
    ];
  }

  function fail(event: EventOf<'RUN_ERROR'>): Chunks {
    const { message, code, usage } = event;
    const error = { code: code ?? 'INTERNAL', detail: message };
    const messageMetadata = { error, usage: usage ?? [], ...endingIn(event) };
    const isRefused = code === 'MODEL_DECLINED' || code === 'ANSWER_FILTERED';
    return [
      ...calls.close(),
      ...endStep(),
      // Before the error, because clients ignore what follows it.
      { type: 'message-metadata', messageMetadata },
      { type: 'error', errorText: message },
      { type: 'finish', finishReason: isRefused ? 'content-filter' : 'error' },
    ];
  }

  return function encodeWithEnd(event): readonly Payload[] {
    const chunks = encode(event);
    return chunks.at(-1)?.type === 'finish' ? [...chunks, '[DONE]'] : chunks;
  };
}

/** The ending as it is stored with the answer. */
function endingIn({ metadata }: EventOf<'RUN_FINISHED' | 'RUN_ERROR'>): { readonly ending?: unknown } {
  const { ending } = (metadata?.['groundwire'] ?? {}) as { ending?: unknown };
  return ending === undefined ? {} : { ending };
}

function finishReasonOf({
  outcome,
  result,
}: EventOf<'RUN_FINISHED'>): 'stop' | 'length' | 'tool-calls' | 'interrupted' {
  if (outcome?.type === 'cancelled') return 'interrupted';
  if (outcome?.type === 'interrupt') return 'tool-calls';
  const { finishReason } = (result ?? {}) as { finishReason?: unknown };
  return finishReason === 'length' ? 'length' : 'stop';
}
