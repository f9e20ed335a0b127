// Questions that the server has taken and that wait for their turn, behind the answer that is being given.
import { Hourglass } from 'lucide-react';
import type { ReactNode } from 'react';
import { useConversationState } from './conversation.tsx';
import { OtherWords } from './message.tsx';
import { toWaiting } from './standing.ts';

export function WaitingQuestions() {
  const me = useConversationState((state) => state.me);
  const standing = useConversationState((state) => state.standing);
  const words = useConversationState((state) => state.waitingWords);
  const outgoing = useConversationState((state) => state.outgoing);
  const ownRun = useConversationState((state) => (state.live ? state.runId : null));
  // The question that this page itself waits for stands in the transcript already.
  const waiting = toWaiting(standing?.queue ?? [], words).filter(({ runId }) => runId !== ownRun);
  if (waiting.length + outgoing.length === 0) return null;
  return (
    <ul aria-label="Questions that wait" className="mt-6 flex flex-col gap-4">
      {waiting.map(({ runId, author, text }) => (
        <li key={runId} data-waiting="taken" className="flex min-w-0 flex-col gap-1">
          {author.id === me?.id ? (
            <OwnWords>{text}</OwnWords>
          ) : (
            <OtherWords author={author}>{text ?? <span className="text-muted">A question</span>}</OtherWords>
          )}
          <Note isOwn={author.id === me?.id}>Waits for its turn</Note>
        </li>
      ))}
      {outgoing.map(({ runId, text }) => (
        <li key={runId} data-waiting="sending" className="flex min-w-0 flex-col gap-1">
          <OwnWords>{text}</OwnWords>
          <Note isOwn>Sending…</Note>
        </li>
      ))}
    </ul>
  );
}

/** Outlined: it is one's own, and not answered yet. */
const OwnWords = ({ children }: { children: ReactNode }) => (
  <div
    dir="auto"
    className="max-w-[85%] self-end rounded-bubble rounded-ee-tail border border-accent bg-accent-soft px-4 py-2.5 text-answer break-words whitespace-pre-wrap desk:max-w-[75%]"
  >
    {children}
  </div>
);

const Note = ({ isOwn, children }: { isOwn: boolean; children: ReactNode }) => (
  <span className={`inline-flex items-center gap-1 text-meta text-muted ${isOwn ? 'self-end' : 'ms-9 self-start'}`}>
    <Hourglass size={12} aria-hidden />
    {children}
  </span>
);
