// The banner for a request that failed: what happened and what to do next. Used wherever the server rejects something,
// with its own text (RFC 9457) except where the page can say more: sign-in, rate limits, quota, assistant turned off.
import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Clock, Gauge, PowerOff, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { quotaOfProblem, quotaText } from './chat/composer/quota.ts';
import { formatWait } from './chat/format.ts';
import { useNow } from './chat/use-now.ts';
import { Banner } from './design/banner.tsx';
import { Button } from './design/controls/button.tsx';
import { RequestId } from './design/request-id.tsx';
import { Problem } from './problem.ts';
import { KEYS } from './queries.ts';
import { SignInAgain } from './sign-in/sign-in-again.tsx';

type ProblemBannerProps = {
  error: Error;
  /** Unix milliseconds; a rate limit counts down from here. Without it, no countdown is shown. */
  receivedAt?: number;
  /** The button that repeats the request, if it can be repeated. Hidden until a rate limit is over. */
  retry?: ReactNode;
  /** Buttons besides `retry`, only where nothing more specific applies. */
  actions?: ReactNode;
  /** What isn't lost, for example "Your message is saved.". */
  saved?: string;
  /** What isn't lost when the quota is used up. */
  savedOverQuota?: string;
};

export function ProblemBanner({ error, receivedAt, retry, actions, saved = '', savedOverQuota }: ProblemBannerProps) {
  const queries = useQueryClient();
  const problem = error instanceof Problem ? error : null;
  const retryAfterMs =
    receivedAt === undefined || problem?.retryAfterSeconds == null ? null : problem.retryAfterSeconds * 1_000;
  const now = useNow({ ticking: retryAfterMs !== null, everyMs: 250 });
  const secondsLeft =
    receivedAt === undefined || retryAfterMs === null
      ? 0
      : Math.max(0, Math.ceil((receivedAt + retryAfterMs - now) / 1_000));
  const requestId = problem?.requestId && <RequestId id={problem.requestId} />;

  if (problem?.status === 401) {
    const signIn = () => void queries.invalidateQueries({ queryKey: KEYS.me });
    return (
      <Banner
        tone="notice"
        icon={CircleAlert}
        alert
        title="Your session expired"
        actions={
          <Button size="small" onClick={signIn}>
            Sign in
          </Button>
        }
      >
        {`Sign in to continue. ${saved}`.trimEnd()}
      </Banner>
    );
  }
  if (problem?.code === 'SIGN_IN_AGAIN') return <SignInAgain retry={retry} />;
  if (problem?.status === 429 && receivedAt !== undefined) {
    return (
      <Banner tone="notice" icon={Clock} alert title={problem.title} actions={secondsLeft === 0 && retry}>
        <span className="tabular-nums">
          {secondsLeft > 0
            ? `You can try again in ${formatWait(secondsLeft)}. ${saved}`.trimEnd()
            : 'You can try again now.'}
        </span>
        {requestId}
      </Banner>
    );
  }
  if (problem?.status === 402) {
    const quota = quotaOfProblem(problem);
    return (
      <Banner
        tone="notice"
        icon={Gauge}
        alert
        title={quota ? quotaText(quota) : problem.title}
        actions={quota?.limit !== 0 && retry}
      >
        <p>{problem.detail}</p>
        {savedOverQuota && <p>{savedOverQuota}</p>}
        {requestId}
      </Banner>
    );
  }
  if (problem?.code === 'ASSISTANT_DISABLED') {
    return (
      <Banner tone="notice" icon={PowerOff} alert title="An admin turned the assistant off">
        <p>{problem.detail}</p>
        {requestId}
      </Banner>
    );
  }
  const isOffline = problem?.status === 0;
  return (
    <Banner
      tone={isOffline ? 'notice' : 'danger'}
      icon={isOffline ? WifiOff : CircleAlert}
      alert
      title={problem?.title ?? 'The server sent an unexpected response'}
      actions={
        (retry || actions) && (
          <>
            {retry}
            {actions}
          </>
        )
      }
    >
      <p>{problem?.detail ?? 'Try again in a minute.'}</p>
      {requestId}
    </Banner>
  );
}
