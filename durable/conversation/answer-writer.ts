// Turns a provider's events into the AG-UI events of one assistant message, and remembers what was said and called.
import type { ProviderEvent, ToolCall } from '../providers/provider.ts';
import type { AgUiEvent } from './events.ts';
import type { MessagePart } from './requests.ts';

export type AnswerWriter = ReturnType<typeof createAnswerWriter>;

type Call = { readonly id: string; readonly name: string; arguments: string; isWhole: boolean };

/** How far an answer has come. */
export type AnswerState = {
  readonly messageId: string | null;
  text: string;
  reasoning: string;
  open: boolean;
  reasoningOpen: boolean;
  readonly calls: Call[];
};

/** A provider may send an answer in one piece; in the log it stands in events of a size that readers can take. */
const MAX_DELTA_CHARS = 16 * 1024;

const unbegun = (messageId: string | null): AnswerState => ({
  messageId,
  text: '',
  reasoning: '',
  open: false,
  reasoningOpen: false,
  calls: [],
});

export function createAnswerWriter(
  messageId: string,
  emit: (event: AgUiEvent) => void,
  begun: AnswerState = unbegun(messageId),
) {
  const reasoningId = `${messageId}-reasoning`;
  const calls = begun.calls.map((call) => ({ ...call }));
  let { text, reasoning, open: isOpen, reasoningOpen } = begun;

  /** Opens the message. It comes before any reasoning: a client that rejoins would else lose the message. */
  function open(): void {
    isOpen = true;
    emit({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' });
  }

  function write(event: Exclude<ProviderEvent, { type: 'usage' | 'finish' }>): void {
    if (event.type === 'text') writeText(event.delta);
    else if (event.type === 'reasoning') writeReasoning(event.delta);
    else if (event.type === 'tool-call-start') startCall(event.id, event.name);
    else if (event.type === 'tool-call-args') writeArguments(event.id, event.delta);
    else endCall(event.id);
  }

  function writeText(delta: string): void {
    if (delta === '') return;
    closeReasoning();
    if (!isOpen) open();
    text += delta;
    for (const piece of cut(delta)) emit({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: piece });
  }

  function writeReasoning(delta: string): void {
    if (delta === '') return;
    openReasoning();
    reasoning += delta;
    for (const piece of cut(delta)) emit({ type: 'REASONING_MESSAGE_CONTENT', messageId: reasoningId, delta: piece });
  }

  function startCall(toolCallId: string, toolCallName: string): void {
    closeText();
    calls.push({ id: toolCallId, name: toolCallName, arguments: '', isWhole: false });
    emit({ type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId: messageId });
  }

  function writeArguments(toolCallId: string, delta: string): void {
    const call = calls.find(({ id }) => id === toolCallId);
    if (!call || delta === '') return;
    call.arguments += delta;
    for (const piece of cut(delta)) emit({ type: 'TOOL_CALL_ARGS', toolCallId, delta: piece });
  }

  function endCall(toolCallId: string): void {
    const call = calls.find(({ id }) => id === toolCallId);
    if (!call || call.isWhole) return;
    call.isWhole = true;
    emit({ type: 'TOOL_CALL_END', toolCallId });
  }

  /** Closes what is open. A call that was cut off is closed on the wire too, and is no part of the message. */
  function close(): void {
    closeText();
    for (const { id, isWhole } of calls) if (!isWhole) emit({ type: 'TOOL_CALL_END', toolCallId: id });
  }

  function closeText(): void {
    closeReasoning();
    if (!isOpen) return;
    isOpen = false;
    emit({ type: 'TEXT_MESSAGE_END', messageId });
  }

  function openReasoning(): void {
    if (reasoningOpen) return;
    reasoningOpen = true;
    emit({ type: 'REASONING_START', messageId: reasoningId });
    emit({ type: 'REASONING_MESSAGE_START', messageId: reasoningId, role: 'reasoning' });
  }

  function closeReasoning(): void {
    if (!reasoningOpen) return;
    reasoningOpen = false;
    emit({ type: 'REASONING_MESSAGE_END', messageId: reasoningId });
    emit({ type: 'REASONING_END', messageId: reasoningId });
  }

  const wholeCalls = (): ToolCall[] =>
    calls.filter(({ isWhole }) => isWhole).map(({ id, name, arguments: args }) => ({ id, name, arguments: args }));
  const said = (): string => text + reasoning + calls.map((call) => call.name + call.arguments).join('');

  return {
    open,
    write,
    close,
    /** All that the provider sent, which is what it charges for. */
    said,
    length: () => said().length,
    calls: wholeCalls,
    parts: (): MessagePart[] => [
      ...(reasoning === '' ? [] : [{ type: 'thinking' as const, content: reasoning }]),
      ...(text === '' ? [] : [{ type: 'text' as const, content: text }]),
      ...wholeCalls().map((call) => ({ type: 'tool-call' as const, ...call })),
    ],
  };
}

/** Cuts between characters, never inside a surrogate pair. */
function cut(delta: string): string[] {
  if (delta.length <= MAX_DELTA_CHARS) return [delta];
  const isInsidePair = /[\uD800-\uDBFF]/.test(delta.charAt(MAX_DELTA_CHARS - 1));
  const end = isInsidePair ? MAX_DELTA_CHARS - 1 : MAX_DELTA_CHARS;
  return [delta.slice(0, end), ...cut(delta.slice(end))];
}

/** The state that logged events leave the last message of a run in. */
export function replayAnswer(events: readonly AgUiEvent[]): AnswerState {
  let state = unbegun(null);
  for (const event of events) {
    if (event.type === 'TEXT_MESSAGE_START') {
      if (event.messageId !== state.messageId) state = unbegun(event.messageId);
      state.open = true;
    } else if (event.type === 'TEXT_MESSAGE_END') state.open = false;
    else if (event.type === 'TEXT_MESSAGE_CONTENT') state.text += event.delta;
    else if (event.type === 'REASONING_START') state.reasoningOpen = true;
    else if (event.type === 'REASONING_END') state.reasoningOpen = false;
    else if (event.type === 'REASONING_MESSAGE_CONTENT') state.reasoning += event.delta;
    else if (event.type === 'TOOL_CALL_START')
      state.calls.push({ id: event.toolCallId, name: event.toolCallName, arguments: '', isWhole: false });
    else if (event.type === 'TOOL_CALL_ARGS' || event.type === 'TOOL_CALL_END') {
      const call = state.calls.find(({ id }) => id === event.toolCallId);
      if (call && event.type === 'TOOL_CALL_ARGS') call.arguments += event.delta;
      else if (call) call.isWhole = true;
    }
  }
  return state;
}
