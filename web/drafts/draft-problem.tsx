// Why a draft was not begun, or does not come: in the server's words, with what can be done next.
import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Clock, Gauge, PowerOff, WifiOff } from 'lucide-react';
import { formatWait } from '../chat/answer-words.ts';
import { quotaLine, quotaOfProblem } from '../chat/quota.ts';
import { useNow } from '../chat/use-now.ts';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/button.tsx';
import { RequestId } from '../design/request-id.tsx';
import type { Problem } from '../problem.ts';
import { KEYS } from '../queries.ts';

export function DraftProblem({ problem, at, onAgain }: { problem: Problem; at: number; onAgain: () => void }) {
  const queries = useQueryClient();
  const { retryAfterSeconds } = problem;
  const now = useNow({ ticking: retryAfterSeconds !== null, everyMs: 250 });
  const left = retryAfterSeconds === null ? 0 : Math.max(0, Math.ceil((at + retryAfterSeconds * 1_000 - now) / 1_000));
  const id = problem.requestId && <RequestId id={problem.requestId} />;
  const again = (
    <Button size="small" onClick={onAgain}>
      Draft again
    </Button>
  );
  if (problem.status === 401) {
    const signIn = () => void queries.invalidateQueries({ queryKey: KEYS.me });
    return (
      <Banner
        tone="notice"
        icon={CircleAlert}
        alert
        title="Your sign-in has ended"
        actions={
          <Button size="small" onClick={signIn}>
            Sign in
          </Button>
        }
      >
        Sign in to go on.
      </Banner>
    );
  }
  if (problem.status === 429) {
    return (
      <Banner tone="notice" icon={Clock} alert title={problem.title} actions={left === 0 && again}>
        <span className="tabular-nums">
          {left > 0 ? `You can draft again in ${formatWait(left)}.` : 'You can draft again now.'}
        </span>
        {id}
      </Banner>
    );
  }
  if (problem.status === 402) {
    const quota = quotaOfProblem(problem);
    return (
      <Banner tone="notice" icon={Gauge} alert title={quota ? quotaLine(quota) : problem.title}>
        <p>{problem.detail}</p>
        <p>The form is kept, and earlier drafts stay readable.</p>
        {id}
      </Banner>
    );
  }
  if (problem.status === 400) {
    return (
      <Banner tone="danger" icon={CircleAlert} alert title="The form needs a look">
        <p>What is wrong is said at its field.</p>
        {id}
      </Banner>
    );
  }
  const isAway = problem.status === 0;
  const isOff = problem.code === 'ASSISTANT_DISABLED';
  return (
    <Banner
      tone={isAway || isOff ? 'notice' : 'danger'}
      icon={isAway ? WifiOff : isOff ? PowerOff : CircleAlert}
      alert
      title={isOff ? 'An admin turned the assistant off' : problem.title}
      actions={!isOff && again}
    >
      <p>{problem.detail}</p>
      {id}
    </Banner>
  );
}
