// A few words on a verdict, which is kept whether they come or not. Says who will read them.
import { useEffect, useRef, useState } from 'react';
import { Button } from '../design/button.tsx';
import { TextAreaField } from '../design/text-field.tsx';

type CommentProps = { verdict: 'up' | 'down'; onSend: (comment: string) => void; onClose: () => void };

export function FeedbackComment({ verdict, onSend, onClose }: CommentProps) {
  const [text, setText] = useState('');
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector('textarea')?.focus({ preventScroll: true });
    form.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const words = text.trim();
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (words !== '') onSend(words);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
      className="mt-1 flex w-full max-w-md flex-col gap-2 rounded-card border border-line-strong bg-raised p-3 text-text"
    >
      <TextAreaField
        label={verdict === 'up' ? 'What was good about it?' : 'What was wrong with it?'}
        hint="Kept with your name. Those who look after the assistant in your organisation can read it, but not the conversation."
        optional
        rows={2}
        maxLength={2_000}
        value={text}
        onChange={setText}
      />
      <div className="flex justify-end gap-2">
        <Button size="small" tone="quiet" onClick={onClose}>
          No comment
        </Button>
        <Button size="small" tone="primary" type="submit" disabled={words === ''}>
          Send comment
        </Button>
      </div>
    </form>
  );
}
