// Turns a provider's events into the AG-UI events of one assistant message, and keeps its text and calls.

import type { MessagePart } from '../../contracts/transcript.ts';
import type { PartState, ProviderEvent, ToolCall } from '../../providers/provider.ts';
import type { PlacedState } from '../history/model-data.ts';
import type { AgUiEvent } from './events.ts';

export type AnswerWriter = ReturnType<typeof createAnswerWriter>;

type StreamedPart =
  | { readonly type: 'text' | 'thinking'; content: string; state: PartState | null }
  | {
      readonly type: 'tool-call';
      readonly id: string;
      readonly name: string;
      arguments: string;
      isComplete: boolean;
      state: PartState | null;
    };

/** An answer as far as it is written. */
export type AnswerState = {
  readonly messageId: string | null;
  /** In the order in which the model wrote them. */
  readonly parts: StreamedPart[];
  open: boolean;
  reasoningOpen: boolean;
};

/** The connection and model that a state is valid for. */
export type StateSource = Pick<PartState, 'connection' | 'model'>;

/** A provider may send an answer in one piece; the log splits it into events that readers can handle. */
const MAX_DELTA_CHARS = 16 * 1024;

const emptyAnswer = (messageId: string | null): AnswerState => ({
  messageId,
  parts: [],
  open: false,
  reasoningOpen: false,
});

export function createAnswerWriter(
  messageId: string,
  emit: (event: AgUiEvent) => void,
  begun: AnswerState = emptyAnswer(messageId),
) {
  const reasoningId = `${messageId}-reasoning`;
  const parts = begun.parts.map((part) => ({ ...part }));
  let { open: isOpen, reasoningOpen } = begun;

  /** Opens the message before any reasoning; otherwise a client that rejoins would lose the message. */
  function open(): void {
    isOpen = true;
    emit({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' });
  }

  function write(event: Exclude<ProviderEvent, { type: 'usage' | 'finish' | 'state' | 'remedies' }>): void {
    if (event.type === 'text') writeText(event.delta);
    else if (event.type === 'reasoning') writeReasoning(event.delta);
    else if (event.type === 'tool-call-start') startCall(event.id, event.name);
    else if (event.type === 'tool-call-args') writeArguments(event.id, event.delta);
    else endCall(event.id);
  }

  function writeText(delta: string): void {
    if (delta === '') return;
    closeReasoning();
    const shown = append('text', delta);
    if (!isOpen) open();
    for (const piece of cut(shown)) emit({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: piece });
  }

  function writeReasoning(delta: string): void {
    if (delta === '') return;
    const shown = append('thinking', delta);
    openReasoning();
    for (const piece of cut(shown)) emit({ type: 'REASONING_MESSAGE_CONTENT', messageId: reasoningId, delta: piece });
  }

  /** Returns the text as it is shown: parts of one type are shown together, so each starts a paragraph. */
  function append(type: 'text' | 'thinking', delta: string): string {
    const last = parts.at(-1);
    if (last?.type === type && last.state === null) {
      last.content += delta;
      return delta;
    }
    const shown = isFirst(parts, type) ? delta : `${PARAGRAPH}${delta}`;
    parts.push({ type, content: delta, state: null });
    return shown;
  }

  function startCall(toolCallId: string, toolCallName: string): void {
    closeText();
    parts.push({
      type: 'tool-call',
      id: toolCallId,
      name: toolCallName,
      arguments: '',
      isComplete: false,
      state: null,
    });
    emit({ type: 'TOOL_CALL_START', toolCallId, toolCallName, parentMessageId: messageId });
  }

  function writeArguments(toolCallId: string, delta: string): void {
    const call = findCall(toolCallId);
    if (!call || delta === '') return;
    call.arguments += delta;
    for (const piece of cut(delta)) emit({ type: 'TOOL_CALL_ARGS', toolCallId, delta: piece });
  }

  function endCall(toolCallId: string): void {
    const call = findCall(toolCallId);
    if (!call || call.isComplete) return;
    call.isComplete = true;
    emit({ type: 'TOOL_CALL_END', toolCallId });
  }

  const findCall = (id: string) => streamedCalls(parts).find((call) => call.id === id);

  /** Keeps what the provider wants back with a part. It is never shown. */
  function keepState({ of, wire, payload }: Extract<ProviderEvent, { type: 'state' }>, source: StateSource): void {
    // The source may be a whole request, so its fields are named one by one.
    const { connection, model } = source;
    const state: PartState = { wire, connection, model, payload };
    if (of.part === 'tool-call') {
      const call = findCall(of.id);
      if (call) call.state = state;
      return;
    }
    const type = of.part === 'text' ? 'text' : 'thinking';
    const part = parts.findLast((one) => one.type === type && one.state === null);
    if (part) part.state = state;
    else if (type === 'thinking') parts.push({ type, content: '', state });
  }

  /** The answer is not what the model would have said, so it must not continue from it. */
  function dropStates(): void {
    for (const part of parts) part.state = null;
  }

  /** Closes what is open. A call that was cut off is closed on the wire too, but isn't part of the message. */
  function close(): void {
    closeText();
    for (const { id, isComplete } of streamedCalls(parts))
      if (!isComplete) emit({ type: 'TOOL_CALL_END', toolCallId: id });
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
    streamedCalls(parts)
      .filter(({ isComplete }) => isComplete)
      .map(({ id, name, arguments: args }) => ({ id, name, arguments: args }));
  const received = (): string => receivedIn(parts);

  return {
    open,
    write,
    keepState,
    dropStates,
    close,
    /** Everything that the provider sent, because the provider charges for all of it. */
    received,
    length: () => received().length,
    /** Whether there is anything to read. */
    hasWords: () => parts.some((part) => part.type === 'text' && hasWords(part.content)),
    calls: wholeCalls,
    parts: (): MessagePart[] => parts.flatMap(toMessagePart),
    /** The states of `parts()`. */
    states: (): PlacedState[] => {
      let index = 0;
      return parts.flatMap((part): PlacedState[] => {
        const shown = toMessagePart(part).length;
        const place = { index, isOwn: shown === 0 };
        index += shown;
        if (!part.state) return [];
        const { wire, connection, model, payload } = part.state;
        return [{ ...place, wire, connection, model, payload }];
      });
    },
  };
}

/** Between parts of one type, which are shown together. */
const PARAGRAPH = '\n\n';

const isFirst = (parts: readonly StreamedPart[], type: 'text' | 'thinking'): boolean =>
  !parts.some((part) => part.type === type && part.content !== '');

const streamedCalls = (parts: readonly StreamedPart[]) => parts.filter((part) => part.type === 'tool-call');

/** What is stored and shown of a part; empty for calls that were cut off and for text without words. */
function toMessagePart(part: StreamedPart): MessagePart[] {
  switch (part.type) {
    case 'text':
      return hasWords(part.content) ? [{ type: 'text', content: part.content }] : [];
    case 'thinking':
      return part.content === '' ? [] : [{ type: 'thinking', content: part.content }];
    case 'tool-call':
      return part.isComplete ? [{ type: 'tool-call', id: part.id, name: part.name, arguments: part.arguments }] : [];
  }
}

/** All output of the model. */
export const receivedIn = (parts: AnswerState['parts']): string =>
  parts.map((part) => (part.type === 'tool-call' ? part.name + part.arguments : part.content)).join('');

/** White space and invisible characters alone say nothing, and some providers refuse them in a history. */
const hasWords = (text: string): boolean => /[^\s\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]/u.test(text);

/** Cuts between characters, never inside a surrogate pair. */
function cut(delta: string): string[] {
  if (delta.length <= MAX_DELTA_CHARS) return [delta];
  const isInsidePair = /[\uD800-\uDBFF]/.test(delta.charAt(MAX_DELTA_CHARS - 1));
  const end = isInsidePair ? MAX_DELTA_CHARS - 1 : MAX_DELTA_CHARS;
  return [delta.slice(0, end), ...cut(delta.slice(end))];
}

/** The state of a run's last message after these logged events. Its parts have no provider state, because it was cut off. */
export function replayAnswer(events: readonly AgUiEvent[]): AnswerState {
  let state = emptyAnswer(null);
  const append = (type: 'text' | 'thinking', delta: string): void => {
    const last = state.parts.at(-1);
    if (last?.type === type) {
      last.content += delta;
      return;
    }
    const content = isFirst(state.parts, type) ? delta : delta.replace(PARAGRAPH, '');
    state.parts.push({ type, content, state: null });
  };
  for (const event of events) {
    if (event.type === 'TEXT_MESSAGE_START') {
      if (event.messageId !== state.messageId) state = emptyAnswer(event.messageId);
      state.open = true;
    } else if (event.type === 'TEXT_MESSAGE_END') state.open = false;
    else if (event.type === 'TEXT_MESSAGE_CONTENT') append('text', event.delta);
    else if (event.type === 'REASONING_START') state.reasoningOpen = true;
    else if (event.type === 'REASONING_END') state.reasoningOpen = false;
    else if (event.type === 'REASONING_MESSAGE_CONTENT') append('thinking', event.delta);
    else if (event.type === 'TOOL_CALL_START')
      state.parts.push({
        type: 'tool-call',
        id: event.toolCallId,
        name: event.toolCallName,
        arguments: '',
        isComplete: false,
        state: null,
      });
    else if (event.type === 'TOOL_CALL_ARGS' || event.type === 'TOOL_CALL_END') {
      const call = streamedCalls(state.parts).find(({ id }) => id === event.toolCallId);
      if (call && event.type === 'TOOL_CALL_ARGS') call.arguments += event.delta;
      else if (call) call.isComplete = true;
    }
  }
  return state;
}
