// Turns a provider's events into the AG-UI events of one assistant message, and remembers what was said.
import type { ProviderEvent } from '../providers/provider.ts';
import type { AgUiEvent } from './events.ts';
import type { MessagePart } from './requests.ts';

export type AnswerWriter = ReturnType<typeof createAnswerWriter>;

/** How far an answer has come. */
export type AnswerState = { text: string; reasoning: string; open: boolean; reasoningOpen: boolean };

/** A provider may send an answer in one piece; in the log it stands in events of a size that readers can take. */
const MAX_DELTA_CHARS = 16 * 1024;

const UNBEGUN: AnswerState = { text: '', reasoning: '', open: false, reasoningOpen: false };

export function createAnswerWriter(messageId: string, emit: (event: AgUiEvent) => void, begun: AnswerState = UNBEGUN) {
  const reasoningId = `${messageId}-reasoning`;
  let { text, reasoning, open: isOpen, reasoningOpen } = begun;

  /** Opens the message. It comes before any reasoning: a client that rejoins would else lose the message. */
  function open(): void {
    isOpen = true;
    emit({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' });
  }

  function write(event: Extract<ProviderEvent, { type: 'text' | 'reasoning' }>): void {
    if (event.delta === '') return;
    if (event.type === 'text') {
      closeReasoning();
      text += event.delta;
      for (const delta of cut(event.delta)) emit({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta });
    } else {
      openReasoning();
      reasoning += event.delta;
      for (const delta of cut(event.delta)) emit({ type: 'REASONING_MESSAGE_CONTENT', messageId: reasoningId, delta });
    }
  }

  function close(): void {
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

  return {
    open,
    write,
    close,
    said: () => text + reasoning,
    length: () => text.length + reasoning.length,
    parts: () => toParts(reasoning, text),
  };
}

/** Cuts between characters, never inside a surrogate pair. */
function cut(delta: string): string[] {
  if (delta.length <= MAX_DELTA_CHARS) return [delta];
  const isInsidePair = /[\uD800-\uDBFF]/.test(delta.charAt(MAX_DELTA_CHARS - 1));
  const end = isInsidePair ? MAX_DELTA_CHARS - 1 : MAX_DELTA_CHARS;
  return [delta.slice(0, end), ...cut(delta.slice(end))];
}

/** The state that logged events leave an answer in. */
export function replayAnswer(events: readonly AgUiEvent[]): AnswerState {
  const state = { ...UNBEGUN };
  for (const event of events) {
    if (event.type === 'TEXT_MESSAGE_START') state.open = true;
    else if (event.type === 'TEXT_MESSAGE_END') state.open = false;
    else if (event.type === 'TEXT_MESSAGE_CONTENT') state.text += event.delta;
    else if (event.type === 'REASONING_START') state.reasoningOpen = true;
    else if (event.type === 'REASONING_END') state.reasoningOpen = false;
    else if (event.type === 'REASONING_MESSAGE_CONTENT') state.reasoning += event.delta;
  }
  return state;
}

const toParts = (reasoning: string, text: string): MessagePart[] => [
  ...(reasoning === '' ? [] : [{ type: 'thinking' as const, content: reasoning }]),
  ...(text === '' ? [] : [{ type: 'text' as const, content: text }]),
];
