// Edits a question in place. Sending it creates a new version; the old one stays available.
import type { UIMessage } from '@tanstack/ai-client';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useUnsentText } from '../../boundary/unsent-text.ts';
import { Button } from '../../design/controls/button.tsx';
import { CONTROL } from '../../design/controls/field.tsx';
import { keysOf } from '../../design/keys.ts';
import { toastError } from '../../design/overlays/toasts.ts';
import { sendMode } from '../composer/composer-keys.ts';
import { useConversation } from '../conversation.tsx';
import { editQuestion } from '../runtime/branching.ts';
import { textOf } from './message-text.ts';

export function EditQuestion({ message }: { message: UIMessage }) {
  const conversation = useConversation();
  const [text, setText] = useState(textOf(message));
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);
  const close = () => conversation.store.set({ editing: null });
  const edited = text.trim();
  useUnsentText(edited !== textOf(message).trim());
  const send = () => {
    if (edited === '') return;
    close();
    void editQuestion(conversation, message, edited).catch(toastError);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (keysOf(event) === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (sendMode(event) !== null) {
      event.preventDefault();
      send();
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="flex w-full flex-col gap-2 self-end desk:max-w-[85%]"
    >
      <textarea
        ref={field}
        aria-label="Edit your question"
        value={text}
        dir="auto"
        rows={Math.min(10, text.split('\n').length + 1)}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className={`${CONTROL} resize-y px-4 py-2.5 text-answer`}
      />
      <div className="flex justify-end gap-2">
        <Button size="small" tone="quiet" onClick={close}>
          Cancel
        </Button>
        <Button size="small" tone="primary" type="submit" disabled={edited === ''}>
          Send
        </Button>
      </div>
    </form>
  );
}
