// Shown to signed-in users who don't belong to an organization.
import { useQueryClient } from '@tanstack/react-query';
import { UserRoundX } from 'lucide-react';
import { Button, buttonStyle } from '../design/controls/button.tsx';
import { PageState } from '../design/page-state.tsx';
import type { Problem } from '../problem.ts';
import { KEYS } from '../queries.ts';
import { signOut } from './sign-out.ts';

export function NoMembershipPage({ problem }: { problem: Problem }) {
  const queries = useQueryClient();
  return (
    <main className="flex h-dvh bg-canvas">
      <PageState
        level={1}
        icon={UserRoundX}
        title={problem.title}
        requestId={problem.requestId}
        actions={
          <>
            <Button tone="primary" onClick={() => void queries.resetQueries({ queryKey: KEYS.me })}>
              Check again
            </Button>
            {/* Loads a new page: this one may have been loaded for a membership that has ended. */}
            <a href="/sign-ins" className={buttonStyle('plain', 'medium')}>
              Your sign-ins
            </a>
            <Button onClick={() => void signOut()}>Sign out</Button>
          </>
        }
      >
        <p>{problem.detail}</p>
        <p className="mt-2">Have an invitation link? Open it in this browser.</p>
      </PageState>
    </main>
  );
}
