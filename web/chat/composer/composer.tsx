// Where a message is written. It is never disabled: users can type while an answer streams, and Stop replaces Send.
import { ArrowUp, Search, Square } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { IconButton } from '../../design/controls/icon-button.tsx';
import { cx } from '../../design/cx.ts';
import { tip } from '../../design/overlays/tooltips.ts';
import { FIXED, isPress } from '../../shortcuts/shortcuts.ts';
import { useConversation, useConversationState } from '../conversation.tsx';
import type { ChatContext } from '../runtime/chat-context.ts';
import { isOwnTurn } from '../runtime/conversation-status.ts';
import type { SendMode } from '../runtime/conversation-store.ts';
import { otherAuthor } from '../transcript/people.ts';
import { sendMode } from './composer-keys.ts';
import { draftStorage, readDraft, storeDraft } from './drafts.ts';

const PROMPT = 'Ask the assistant';
const MAX_HEIGHT_PX = 240;

type ComposerProps = {
  userId: string;
  /** The conversation that the draft belongs to, or the next new one. */
  draftKey: string;
  /** The context sent with the message. */
  about?: ChatContext | null;
  /** Shown above the text. */
  chip?: ReactNode;
  /** Shown before Search and Send. */
  tools?: ReactNode;
  /** Focus the field on mount. */
  takesFocus?: boolean;
  /** What Esc does while an answer streams: stop it, or leave the key to the dialog or panel around the composer. */
  escapeKey?: 'stops' | 'passes';
};

export function Composer(props: ComposerProps) {
  const { userId, draftKey, about = null, chip, tools, takesFocus = true, escapeKey = 'stops' } = props;
  const { send, stop, store } = useConversation();
  // While someone else's question is answered, messages can be sent and are queued.
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
    // On touch screens, focus would open the keyboard over the conversation.
    if (takesFocus && matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, [takesFocus]);

  const submit = (mode: SendMode) => {
    const message = text.trim();
    if (message === '' || live) return;
    sent();
    send(message, { mode, about });
    field.current?.focus({ preventScroll: true });
  };

  /** ↑ in an empty field edits the user's last question. */
  const editLast = () => {
    const { messages, me } = store.get();
    const last = messages.findLast((message) => message.role === 'user' && otherAuthor(message, me?.id) === null);
    if (last) store.set({ editing: last.id });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isPress(event, 'stop') && live && escapeKey === 'stops') stop();
    if (isPress(event, 'editLast') && text === '' && !live) editLast();
    const mode = sendMode(event);
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

/** Focuses the composer inside an element. Does nothing on touch screens, where it would open the keyboard. */
export function focusComposer(place: ParentNode | null): boolean {
  const field = place?.querySelector<HTMLElement>('[data-composer]');
  if (!field || !matchMedia('(pointer: fine)').matches) return false;
  field.focus({ preventScroll: true });
  return true;
}

const SEND = 'inline-flex size-9 shrink-0 items-center justify-center rounded-full transition-colors touch:size-11';

/** Search and Send. While an answer streams, Stop takes Send's place in the same size. */
function ComposerButtons({ isEmpty, onSearch }: { isEmpty: boolean; onSearch: () => void }) {
  const { stop } = useConversation();
  // Someone else's answer can't be stopped here, and messages sent meanwhile are queued.
  const live = useConversationState(isOwnTurn);
  const stopping = useConversationState((state) => state.stopping);
  return (
    <div className="flex shrink-0 items-center gap-1">
      <IconButton
        icon={Search}
        label="Search"
        hint="Search your data (short answer)"
        keys={FIXED.search.keys}
        aria-disabled={isEmpty || live}
        onClick={onSearch}
        className="rounded-full"
      />
      {live ? (
        <button
          type="button"
          onClick={stop}
          aria-label={stopping ? 'Stopping' : 'Stop'}
          {...tip(stopping ? 'Stopping' : 'Stop')}
          className={cx(SEND, 'bg-text text-surface', stopping && 'animate-pulse')}
        >
          <Square size={14} fill="currentColor" aria-hidden />
        </button>
      ) : (
        <button
          type="submit"
          aria-disabled={isEmpty}
          aria-label="Send"
          {...tip('Send', FIXED.send.keys)}
          className={cx(
            SEND,
            isEmpty ? 'bg-neutral text-on-neutral' : 'bg-accent text-on-accent hover:bg-accent-strong',
          )}
        >
          <ArrowUp size={18} strokeWidth={2.25} aria-hidden />
        </button>
      )}
    </div>
  );
}

type Draft = {
  readonly text: string;
  readonly edit: (text: string) => void;
  /** Empties the field when its text is sent; the stored draft stays until the server accepts the message. */
  readonly sent: () => void;
};

/** The text in the composer, stored on this device as it is typed and removed when the server has accepted the message. */
function useDraft(userId: string, draftKey: string): Draft {
  const { store } = useConversation();
  const accepted = useConversationState((state) => state.accepted);
  const rejected = useConversationState((state) => state.rejected);
  const prefill = useConversationState((state) => state.prefill);
  const [text, setText] = useState(() => readDraft(draftStorage(), userId, draftKey));

  const current = useRef({ text, draftKey });
  current.current = { text, draftKey };
  const seen = useRef(accepted);
  const sentUnder = useRef(draftKey);
  useEffect(() => {
    // The server has accepted the message, so what was typed since is now the draft. A new conversation has its own
    // draft key by now.
    if (accepted !== seen.current) {
      storeDraft(draftStorage(), userId, sentUnder.current, '');
      storeDraft(draftStorage(), userId, current.current.draftKey, current.current.text);
    }
    seen.current = accepted;
  }, [accepted, userId]);

  useEffect(() => {
    if (rejected !== null && rejected.text !== '') setText((typed) => (typed === '' ? rejected.text : typed));
  }, [rejected]);

  useEffect(() => {
    if (prefill === null) return;
    setText((typed) => (typed.trim() === '' ? prefill : typed));
    store.set({ prefill: null });
  }, [prefill, store]);

  return {
    text,
    edit: (next) => {
      setText(next);
      storeDraft(draftStorage(), userId, draftKey, next);
    },
    sent: () => {
      sentUnder.current = draftKey;
      setText('');
    },
  };
}
