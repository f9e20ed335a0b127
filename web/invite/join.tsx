// The last step of an invitation, for signed-in users. Explains what to do if it is for another account.
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import type { OpenInvitation } from '../../worker/api/members/members-schema.ts';
import { acceptInvitation } from '../api.ts';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/controls/button.tsx';
import { Problem } from '../problem.ts';
import { signOut } from '../sign-in/sign-out.ts';
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
      // A full page load drops everything cached for the previous organization.
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
              <Button size="small" onClick={() => void signOut()}>
                Use another account
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
        Decline
      </Button>
    </div>
  );
}
