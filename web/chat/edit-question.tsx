// A question in the hands of whoever asked it: sent again, it begins a version of its own, and this one stays.
import type { UIMessage } from '@tanstack/ai-client';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../design/button.tsx';
import { CONTROL } from '../design/field.tsx';
import { editQuestion } from './branching.ts';
import { sendMode } from './composer-keys.ts';
import { useConversation } from './conversation.tsx';
import { textOf } from './message-text.ts';
import { tell } from './tell.ts';

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
  const words = text.trim();
  const send = () => {
    if (words === '') return;
    close();
    void editQuestion(conversation, message, words).catch(tell);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (sendMode(event.nativeEvent) !== null) {
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
        <Button size="small" tone="primary" type="submit" disabled={words === ''}>
          Send
        </Button>
      </div>
    </form>
  );
}
