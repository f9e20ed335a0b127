// Where a message is written. Never disabled: one can go on typing while an answer streams, and Stop stands where Send was.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react';
import type { ChatContext } from './chat-context.ts';
import { ComposerButtons } from './composer-buttons.tsx';
import { sendMode } from './composer-keys.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import type { SendMode } from './conversation-store.ts';
import { otherAuthor } from './people.ts';
import { isOwnTurn } from './standing.ts';
import { useDraft } from './use-draft.ts';

const PROMPT = 'Ask the assistant';
const MAX_HEIGHT_PX = 240;

type ComposerProps = {
  userId: string;
  /** What the draft belongs to: a conversation, or the next new one. */
  draftKey: string;
  /** What goes along with the words. */
  about?: ChatContext | null;
  /** Stands above the words. */
  chip?: ReactNode;
  /** Stand before Search and Send. */
  tools?: ReactNode;
  /** Whether one comes here to write. */
  takesFocus?: boolean;
  /** What Esc does here while an answer streams; where it closes what the composer is in, it stops nothing. */
  escapeKey?: 'stops' | 'passes';
};

export function Composer(props: ComposerProps) {
  const { userId, draftKey, about = null, chip, tools, takesFocus = true, escapeKey = 'stops' } = props;
  const { send, stop, store } = useConversation();
  // While somebody else is answered one can send: it waits for its turn.
  const live = useConversationState(isOwnTurn);
  const { text, edit, sent } = useDraft(userId, draftKey);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the field's height follows from its text
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, MAX_HEIGHT_PX)}px`;
    element.style.overflowY = element.scrollHeight > MAX_HEIGHT_PX ? 'auto' : 'hidden';
  }, [text]);

  useEffect(() => {
    // On a touch screen focus would open the keyboard over the conversation.
    if (takesFocus && matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, [takesFocus]);

  const submit = (mode: SendMode) => {
    const words = text.trim();
    if (words === '' || live) return;
    sent();
    send(words, { mode, about });
    field.current?.focus({ preventScroll: true });
  };

  /** One's own last question, from an empty field. */
  const editLast = () => {
    const { messages, me } = store.get();
    const last = messages.findLast((message) => message.role === 'user' && otherAuthor(message, me?.id) === null);
    if (last) store.set({ editing: last.id });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape' && live && escapeKey === 'stops') stop();
    if (event.key === 'ArrowUp' && text === '' && !live) editLast();
    const mode = sendMode(event.nativeEvent);
    if (mode === null) return;
    event.preventDefault();
    submit(mode);
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit('chat');
      }}
      className="@container flex flex-col rounded-bubble border border-control bg-raised shadow-raised focus-within:border-accent focus-within:outline-1 focus-within:outline-accent"
    >
      {chip}
      <label htmlFor={id} className="sr-only">
        {PROMPT}
      </label>
      <textarea
        id={id}
        ref={field}
        data-composer
        value={text}
        rows={1}
        dir="auto"
        enterKeyHint="send"
        autoComplete="off"
        placeholder={PROMPT}
        onChange={(event) => edit(event.target.value)}
        onKeyDown={onKeyDown}
        className="block max-h-60 min-h-11 w-full resize-none bg-transparent px-4 pt-3 pb-1 text-answer outline-none placeholder:text-muted"
      />
      <div className="flex items-center gap-1 ps-2 pe-2 pb-2">
        <div className="flex min-w-0 grow items-center gap-1">{tools}</div>
        <ComposerButtons isEmpty={text.trim() === ''} onSearch={() => submit('search')} />
      </div>
    </form>
  );
}

/** Puts the focus into the composer inside of an element, where there is one; on touch it would only open the keyboard. */
export function focusComposer(place: ParentNode | null): boolean {
  const field = place?.querySelector<HTMLElement>('[data-composer]');
  if (!field || !matchMedia('(pointer: fine)').matches) return false;
  field.focus({ preventScroll: true });
  return true;
}
