// The AI SDK's UI message stream: one assistant message of parts, step by step. What follows a decision goes on in the
// message that proposed it; where a client takes such a message up anew, the runs before are told first.
import type { UIMessageChunk } from 'ai';
import type { AgUiEvent } from '../../durable/conversation/events.ts';
import type { Encode, Payload } from './projection.ts';
import { createUiToolCalls } from './ui-tool-calls.ts';

type EventOf<T extends AgUiEvent['type']> = Extract<AgUiEvent, { type: T }>;
type Chunks = readonly UIMessageChunk[];

/** These stay in the message, under the id of what they belong to; others are for the moment. */
const KEPT: Readonly<Record<string, 'toolCallId' | 'approvalId'>> = {
  confirmation: 'approvalId',
  navigation: 'toolCallId',
  workspace: 'toolCallId',
};

export function encodeUiMessage(options: {
  /** The run that ends the stream; events of the runs before it may come first. */
  readonly runId: string;
  /** The client goes on with its last message. */
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
        return calls.argue(event);
      case 'TOOL_CALL_END':
        return calls.end(event);
      case 'TOOL_CALL_RESULT':
        return calls.take(event);
      case 'CUSTOM':
        return tell(event.name, event.value);
      case 'RUN_FINISHED':
        return event.runId === options.runId ? finish(event) : wait(event);
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

  /** A message of the log is a step here; it may open its text more than once. */
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

  /** Not before its first words: a part without any would stand before the reasoning. */
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

  function tell(name: string, value: unknown): Chunks {
    const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    const key = KEPT[name];
    const id = key === undefined ? undefined : fields[key];
    const place = typeof id === 'string' ? { id } : { transient: true };
    const settled = name === 'confirmation' ? calls.settle(fields) : [];
    return [...settled, { type: `data-${name}`, data: value, ...place }];
  }

  const wait = ({ outcome }: EventOf<'RUN_FINISHED'>): Chunks =>
    outcome?.type === 'interrupt' ? outcome.interrupts.flatMap(calls.wait) : [];

  function finish(event: EventOf<'RUN_FINISHED'>): Chunks {
    return [
      ...wait(event),
      ...calls.close(),
      ...endStep(),
      ...(event.outcome?.type === 'cancelled' ? [{ type: 'abort' as const, reason: 'stopped' }] : []),
      { type: 'finish', finishReason: finishReasonOf(event), messageMetadata: { usage: event.usage ?? [] } },
    ];
  }

  function fail({ message, code, usage }: EventOf<'RUN_ERROR'>): Chunks {
    const messageMetadata = { error: { code: code ?? 'INTERNAL', detail: message }, usage: usage ?? [] };
    return [
      ...calls.close(),
      ...endStep(),
      // Before the error: clients drop what follows one.
      { type: 'message-metadata', messageMetadata },
      { type: 'error', errorText: message },
      { type: 'finish', finishReason: 'error' },
    ];
  }

  return function encodeWithEnd(event): readonly Payload[] {
    const chunks = encode(event);
    return chunks.at(-1)?.type === 'finish' ? [...chunks, '[DONE]'] : chunks;
  };
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
