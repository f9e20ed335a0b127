// The page of someone who is signed in and belongs to no organisation.
import { useQueryClient } from '@tanstack/react-query';
import { UserRoundX } from 'lucide-react';
import { Button } from '../design/button.tsx';
import { PageState } from '../design/page-state.tsx';
import type { Problem } from '../problem.ts';
import { KEYS } from '../queries.ts';
import { leave } from './leave.ts';

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
              Look again
            </Button>
            <Button onClick={() => void leave()}>Sign out</Button>
          </>
        }
      >
        <p>{problem.detail}</p>
        <p className="mt-2">Were you sent a link? Open it in this browser.</p>
      </PageState>
    </main>
  );
}
