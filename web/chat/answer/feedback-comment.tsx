// The optional comment on a thumbs up or down, which is already saved. Says who can read it.
import { useEffect, useRef, useState } from 'react';
import { useUnsentText } from '../../boundary/unsent-text.ts';
import { Button } from '../../design/controls/button.tsx';
import { TextAreaField } from '../../design/controls/text-field.tsx';
import { keysOf } from '../../design/keys.ts';

type CommentProps = { verdict: 'up' | 'down'; onSend: (comment: string) => void; onClose: () => void };

export function FeedbackComment({ verdict, onSend, onClose }: CommentProps) {
  const [text, setText] = useState('');
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector('textarea')?.focus({ preventScroll: true });
    form.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const comment = text.trim();
  useUnsentText(comment !== '');
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (comment !== '') onSend(comment);
      }}
      onKeyDown={(event) => {
        if (keysOf(event) !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
      className="mt-1 flex w-full max-w-md flex-col gap-2 rounded-card border border-line-strong bg-raised p-3 text-text"
    >
      <TextAreaField
        label={verdict === 'up' ? 'What went well?' : 'What went wrong?'}
        hint="Admins see your name and comment, not the conversation."
        optional
        rows={2}
        maxLength={2_000}
        value={text}
        onChange={setText}
      />
      <div className="flex justify-end gap-2">
        <Button size="small" tone="quiet" onClick={onClose}>
          Skip
        </Button>
        <Button size="small" tone="primary" type="submit" disabled={comment === ''}>
          Send comment
        </Button>
      </div>
    </form>
  );
}
