// Why the server did not take a message, and what to do next. The words that were typed are back in the composer.

import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Clock, Gauge, PowerOff, WifiOff } from 'lucide-react';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/button.tsx';
import { RequestId } from '../design/request-id.tsx';
import { KEYS } from '../queries.ts';
import { formatWait } from './answer-words.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { quotaLine, quotaOfProblem } from './quota.ts';
import { useNow } from './use-now.ts';

export function RefusalBanner() {
  const { send, store } = useConversation();
  const queries = useQueryClient();
  const refused = useConversationState((state) => state.refused);
  const waiting = refused !== null && refused.problem.retryAfterSeconds !== null;
  const now = useNow({ ticking: waiting, everyMs: 250 });
  if (refused === null) return null;

  const { problem, text, mode, about, at } = refused;
  const left =
    problem.retryAfterSeconds === null
      ? 0
      : Math.max(0, Math.ceil((at + problem.retryAfterSeconds * 1_000 - now) / 1_000));
  const again = text !== '' && (
    <Button size="small" onClick={() => send(text, { mode, about })}>
      Send again
    </Button>
  );
  const id = problem.requestId && <RequestId id={problem.requestId} />;

  if (problem.status === 401) {
    const signIn = () => queries.invalidateQueries({ queryKey: KEYS.me });
    return (
      <Banner
        tone="notice"
        icon={CircleAlert}
        alert
        title="Your sign-in has ended"
        actions={
          <Button size="small" onClick={() => void signIn()}>
            Sign in
          </Button>
        }
      >
        Sign in to go on. Your message is kept.
      </Banner>
    );
  }
  if (problem.status === 429) {
    return (
      <Banner tone="notice" icon={Clock} alert title={problem.title} actions={left === 0 && again}>
        {left > 0 ? (
          <span className="tabular-nums">You can send again in {formatWait(left)}. Your message is kept.</span>
        ) : (
          'You can send again now.'
        )}
        {id}
      </Banner>
    );
  }
  if (problem.status === 402) {
    const quota = quotaOfProblem(problem);
    return (
      <Banner
        tone="notice"
        icon={Gauge}
        alert
        title={quota ? quotaLine(quota) : problem.title}
        actions={quota?.limit !== 0 && again}
      >
        <p>{problem.detail}</p>
        <p>Your message is kept, and what was said before stays readable.</p>
        {id}
      </Banner>
    );
  }
  if (problem.code === 'ASSISTANT_DISABLED') {
    return (
      <Banner tone="notice" icon={PowerOff} alert title="An admin turned the assistant off">
        <p>{problem.detail}</p>
        {id}
      </Banner>
    );
  }
  const dismiss = () => store.set({ refused: null });
  return (
    <Banner
      tone={problem.status === 0 ? 'notice' : 'danger'}
      icon={problem.status === 0 ? WifiOff : CircleAlert}
      alert
      title={problem.title}
      actions={
        <>
          {again}
          <Button tone="quiet" size="small" onClick={dismiss}>
            Dismiss
          </Button>
        </>
      }
    >
      <p>{problem.detail}</p>
      {id}
    </Banner>
  );
}
