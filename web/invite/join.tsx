// The last step of an invitation, for someone who is signed in; and what to do where it is for somebody else.
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Me } from '../../worker/contract.ts';
import type { OpenInvitation } from '../../worker/members-contract.ts';
import { acceptInvitation } from '../api.ts';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/button.tsx';
import { Problem } from '../problem.ts';
import { leave } from '../sign-in/leave.ts';
import { forgetInvitation } from './invitation-token.ts';

export function Join({ invitation, token, me }: { invitation: OpenInvitation; token: string; me: Me | null }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const join = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await acceptInvitation(token);
      forgetInvitation();
      // Another organisation is another set of everything: a fresh page keeps nothing of the last one.
      location.assign('/chat');
    } catch (error) {
      setProblem(error instanceof Problem ? error : null);
      setBusy(false);
    }
  };
  const notNow = () => {
    forgetInvitation();
    location.assign('/');
  };
  return (
    <div className="flex flex-col gap-4">
      {me && <p className="text-muted">You are signed in as {me.user.name}.</p>}
      {problem && (
        <Banner
          tone="danger"
          icon={TriangleAlert}
          title={problem.title}
          alert
          actions={
            problem.code === 'ALREADY_MEMBER' ? null : (
              <Button size="small" onClick={() => void leave()}>
                Sign in as somebody else
              </Button>
            )
          }
        >
          {problem.detail}
        </Banner>
      )}
      <Button tone="primary" size="large" busy={isBusy} className="w-full" onClick={() => void join()}>
        Join {invitation.org.name}
      </Button>
      <Button tone="quiet" size="large" className="w-full" onClick={notNow}>
        Not now
      </Button>
    </div>
  );
}
