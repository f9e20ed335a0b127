// Where a message is written. Never disabled: one can go on typing while an answer streams, and Stop stands where Send was.
import { ArrowUp, Search, Square } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { cx } from '../design/cx.ts';
import { IconButton } from '../design/icon-button.tsx';
import { Kbd } from '../design/kbd.tsx';
import { tip } from '../design/tooltips.ts';
import { sendMode } from './composer-keys.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import type { SendMode } from './conversation-store.ts';
import { draftStorage, keepDraft, readDraft } from './drafts.ts';
import { isOthersTurn } from './standing.ts';

export const COMPOSER_ID = 'composer';
const PROMPT = 'Ask the assistant';
const MAX_HEIGHT_PX = 240;

type ComposerProps = {
  userId: string;
  /** What the draft belongs to: a conversation, or the next new one. */
  draftKey: string;
  /** Stand beside Send where the page is narrow. */
  tools?: ReactNode;
  /** What the conversation is about, above the words. */
  context?: ReactNode;
  /** Words to begin with, where there is no draft. */
  opening?: string;
  /** Whether one comes here to write. */
  takesFocus?: boolean;
};

export function Composer({ userId, draftKey, tools, context, opening = '', takesFocus = true }: ComposerProps) {
  const { send, stop } = useConversation();
  // While somebody else is answered one can send: it waits for its turn.
  const live = useConversationState((state) => state.live && !isOthersTurn(state));
  const stopping = useConversationState((state) => state.stopping);
  const refused = useConversationState((state) => state.refused);
  const accepted = useConversationState((state) => state.accepted);
  const [text, setText] = useState(() => readDraft(draftStorage(), userId, draftKey) || opening);
  const field = useRef<HTMLTextAreaElement>(null);

  const edit = (next: string) => {
    setText(next);
    keepDraft(draftStorage(), userId, draftKey, next);
  };

  const current = useRef({ text, draftKey });
  current.current = { text, draftKey };
  const seen = useRef(accepted);
  const sentUnder = useRef(draftKey);
  useEffect(() => {
    // Only now is the sent message the server's; what has been typed since is the draft. A new conversation has got
    // its own address meanwhile, so the draft may have moved.
    if (accepted !== seen.current) {
      keepDraft(draftStorage(), userId, sentUnder.current, '');
      keepDraft(draftStorage(), userId, current.current.draftKey, current.current.text);
    }
    seen.current = accepted;
  }, [accepted, userId]);

  useEffect(() => {
    if (refused !== null && refused.text !== '') setText((typed) => (typed === '' ? refused.text : typed));
  }, [refused]);

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
    sentUnder.current = draftKey;
    send(words, mode);
    setText('');
    field.current?.focus({ preventScroll: true });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape' && live) stop();
    const mode = sendMode(event.nativeEvent);
    if (mode === null) return;
    event.preventDefault();
    submit(mode);
  };

  const empty = text.trim() === '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit('chat');
      }}
      className="@container flex flex-col rounded-bubble border border-control bg-raised shadow-raised focus-within:border-accent focus-within:outline-1 focus-within:outline-accent"
    >
      {context}
      <label htmlFor={COMPOSER_ID} className="sr-only">
        {PROMPT}
      </label>
      <textarea
        id={COMPOSER_ID}
        ref={field}
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
      <div className="flex items-center justify-between gap-2 ps-2 pe-2 pb-2 @lg:ps-4">
        {tools && <div className="min-w-0 desk:hidden">{tools}</div>}
        <p className="hidden items-center gap-1.5 text-meta text-muted @lg:flex touch:invisible" aria-hidden>
          {live && !empty ? (
            'Send when the answer is complete'
          ) : (
            <>
              <Kbd keys="Enter" /> sends <span className="mx-0.5">·</span> <Kbd keys="Mod+Enter" /> searches{' '}
              <span className="mx-0.5">·</span> <Kbd keys="Shift+Enter" /> new line
            </>
          )}
        </p>
        <div className="ms-auto flex shrink-0 items-center gap-1">
          <IconButton
            icon={Search}
            label="Search"
            hint="Search: a short answer from what is there"
            keys="Mod+Enter"
            aria-disabled={empty || live}
            onClick={() => submit('search')}
            className="rounded-full"
          />
          {live ? (
            <button
              type="button"
              onClick={stop}
              aria-label={stopping ? 'Stopping' : 'Stop'}
              {...tip('Stop')}
              className={cx(SEND, 'bg-text text-surface', stopping && 'animate-pulse')}
            >
              <Square size={14} fill="currentColor" aria-hidden />
            </button>
          ) : (
            <button
              type="submit"
              aria-disabled={empty}
              aria-label="Send"
              {...tip('Send')}
              className={cx(
                SEND,
                empty ? 'bg-neutral text-on-neutral' : 'bg-accent text-on-accent hover:bg-accent-strong',
              )}
            >
              <ArrowUp size={18} strokeWidth={2.25} aria-hidden />
            </button>
          )}
        </div>
      </div>
    </form>
  );
}

const SEND = 'inline-flex size-9 shrink-0 items-center justify-center rounded-full transition-colors touch:size-11';
