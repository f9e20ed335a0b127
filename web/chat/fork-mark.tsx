// Where a fork left its original: stands in the transcript behind the last message that was copied.
import { Split } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { useAssistant } from '../assistant/assistant-provider.tsx';
import { useOpenSession } from './use-title.ts';

/** What the open conversation was copied from; null where it was not. */
export const useForkedFrom = () => useOpenSession()?.forkedFrom ?? null;

export function ForkMark() {
  const from = useForkedFrom();
  const assistant = useAssistant();
  const [location] = useLocation();
  if (from === null) return null;
  const title = from.title ?? 'another conversation';
  const looks = 'min-w-0 truncate text-accent underline decoration-1 underline-offset-2 hover:decoration-2';
  return (
    <div className="mt-6 flex items-center gap-3 text-small text-muted before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
      <span className="flex max-w-[80%] min-w-0 items-center gap-1.5">
        <Split size={14} aria-hidden className="shrink-0" />
        <span className="shrink-0">Forked from</span>
        {location.startsWith('/chat') ? (
          <Link href={`/chat/${from.sessionId}`} dir="auto" className={looks}>
            {title}
          </Link>
        ) : (
          <button type="button" dir="auto" onClick={() => assistant.show(from.sessionId)} className={looks}>
            {title}
          </button>
        )}
      </span>
    </div>
  );
}
