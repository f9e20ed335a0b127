// What the server refused, in its own words, where it was asked for.
import { CircleAlert, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { Banner } from '../design/banner.tsx';
import { RequestId } from '../design/request-id.tsx';
import { Problem } from '../problem.ts';

export function ProblemBanner({ error, actions }: { error: Error; actions?: ReactNode }) {
  const problem = error instanceof Problem ? error : null;
  return (
    <Banner
      tone={problem?.status === 0 ? 'notice' : 'danger'}
      icon={problem?.status === 0 ? WifiOff : CircleAlert}
      alert
      title={problem?.title ?? 'The server’s answer was not understood'}
      actions={actions}
    >
      <p>{problem?.detail ?? 'Try again in a minute.'}</p>
      {problem?.requestId && <RequestId id={problem.requestId} />}
    </Banner>
  );
}
