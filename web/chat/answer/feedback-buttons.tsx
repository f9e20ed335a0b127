// Thumbs up and down for an answer, with an optional comment.
import type { UIMessage } from '@tanstack/ai-client';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { Suspense, useState } from 'react';
import { createPortal } from 'react-dom';
import type { Message } from '../../../worker/api/messages/messages-schema.ts';
import { giveFeedback, takeBackFeedback } from '../../api.ts';
import { lazyPart } from '../../boundary/load-part.ts';
import { InlineBoundary } from '../../boundary/part-failure.tsx';
import { IconButton } from '../../design/controls/icon-button.tsx';
import { toastError } from '../../design/overlays/toasts.ts';
import { asRecord } from '../../unknown-value.ts';
import { useConversation, useConversationState } from '../conversation.tsx';
import type { Conversation } from '../runtime/create-conversation.ts';

const FeedbackComment = lazyPart(async () => (await import('./feedback-comment.tsx')).FeedbackComment);

type Feedback = NonNullable<Message['feedback']>;

/** The comment form renders into `form`, a line below the buttons. */
export function FeedbackButtons({ message, form }: { message: UIMessage; form: HTMLElement | null }) {
  const conversation = useConversation();
  const givenHere = useConversationState((state) => state.feedback[message.id]);
  const feedback = givenHere === undefined ? storedFeedback(message) : givenHere;
  const [isOpen, setOpen] = useState(false);
  const save = (next: Feedback | null) => {
    setOpen(next !== null);
    void saveFeedback(conversation, message.id, next).catch(toastError);
  };
  const thumb = (verdict: Feedback['verdict'], icon: typeof ThumbsUp, label: string) => {
    const pressed = feedback?.verdict === verdict;
    return (
      <IconButton
        size="small"
        icon={icon}
        label={label}
        hint={pressed ? 'Remove feedback' : label}
        aria-pressed={pressed}
        onClick={() => save(pressed ? null : { verdict, comment: null })}
        className="aria-pressed:bg-press aria-pressed:text-text"
      />
    );
  };
  return (
    <>
      {thumb('up', ThumbsUp, 'Good response')}
      {thumb('down', ThumbsDown, 'Bad response')}
      {isOpen &&
        feedback &&
        form &&
        createPortal(
          <InlineBoundary title="Couldn’t open the comment field">
            <Suspense>
              <FeedbackComment
                verdict={feedback.verdict}
                onSend={(comment) => {
                  save({ ...feedback, comment });
                  setOpen(false);
                }}
                onClose={() => setOpen(false)}
              />
            </Suspense>
          </InlineBoundary>,
          form,
        )}
    </>
  );
}

function storedFeedback(message: UIMessage): Feedback | null {
  const { verdict, comment } = asRecord(asRecord(asRecord(message.metadata)['groundwire'])['feedback']);
  if (verdict !== 'up' && verdict !== 'down') return null;
  return { verdict, comment: typeof comment === 'string' ? comment : null };
}

/** Shows the feedback at once, and reverts it if the server rejects it. @throws Problem */
async function saveFeedback({ id, store }: Conversation, messageId: string, feedback: Feedback | null): Promise<void> {
  const before = store.get().feedback;
  store.set({ feedback: { ...before, [messageId]: feedback } });
  try {
    if (feedback) await giveFeedback(id, messageId, feedback);
    else await takeBackFeedback(id, messageId);
  } catch (error) {
    store.set({ feedback: before });
    throw error;
  }
}
