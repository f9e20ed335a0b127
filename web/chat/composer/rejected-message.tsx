// Why the server rejected a message. Its text is back in the composer.
import { Button } from '../../design/controls/button.tsx';
import { ProblemBanner } from '../../problem-banner.tsx';
import { useConversation, useConversationState } from '../conversation.tsx';

export function RejectedMessage() {
  const { send, store } = useConversation();
  const rejected = useConversationState((state) => state.rejected);
  if (rejected === null) return null;
  const { problem, text, mode, about, at } = rejected;
  return (
    <ProblemBanner
      error={problem}
      receivedAt={at}
      saved="Your message is saved."
      savedOverQuota="Your message is saved and your history stays available."
      retry={
        text !== '' && (
          <Button size="small" onClick={() => send(text, { mode, about })}>
            Send again
          </Button>
        )
      }
      actions={
        <Button tone="quiet" size="small" onClick={() => store.set({ rejected: null })}>
          Dismiss
        </Button>
      }
    />
  );
}
