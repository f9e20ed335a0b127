// Thumbs up or down for an answer, and a line of why, where somebody wants to give one.
import type { UIMessage } from '@tanstack/ai-client';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { createPortal } from 'react-dom';
import { IconButton } from '../design/icon-button.tsx';
import { type Feedback, judgeAnswer, storedFeedback } from './branching.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { tell } from './tell.ts';

const FeedbackComment = lazy(() =>
  import('./feedback-comment.tsx').then((module) => ({ default: module.FeedbackComment })),
);

/** Its form takes a line of its own, in `form`. */
export function FeedbackButtons({ message, form }: { message: UIMessage; form: HTMLElement | null }) {
  const conversation = useConversation();
  const judged = useConversationState((state) => state.judged[message.id]);
  const feedback = judged === undefined ? storedFeedback(message) : judged;
  const [isOpen, setOpen] = useState(false);
  const judge = (next: Feedback | null) => {
    setOpen(next !== null);
    void judgeAnswer(conversation, message.id, next).catch(tell);
  };
  const thumb = (verdict: Feedback['verdict'], icon: typeof ThumbsUp, label: string) => {
    const pressed = feedback?.verdict === verdict;
    return (
      <IconButton
        size="small"
        icon={icon}
        label={label}
        hint={pressed ? 'Take this back' : label}
        aria-pressed={pressed}
        onClick={() => judge(pressed ? null : { verdict, comment: null })}
        className="aria-pressed:bg-press aria-pressed:text-text"
      />
    );
  };
  return (
    <>
      {thumb('up', ThumbsUp, 'Good answer')}
      {thumb('down', ThumbsDown, 'Poor answer')}
      {isOpen &&
        feedback &&
        form &&
        createPortal(
          <Suspense>
            <FeedbackComment
              verdict={feedback.verdict}
              onSend={(comment) => {
                judge({ ...feedback, comment });
                setOpen(false);
              }}
              onClose={() => setOpen(false)}
            />
          </Suspense>,
          form,
        )}
    </>
  );
}
