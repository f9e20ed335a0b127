// Open invitations, with a button to revoke each one.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Invitation } from '../../../worker/api/members/members-schema.ts';
import { Badge } from '../../design/badge.tsx';
import { Button } from '../../design/controls/button.tsx';
import { Dialog } from '../../design/overlays/dialog.tsx';
import { showToast } from '../../design/overlays/toasts.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { formatMoment } from '../../workspace/format-moment.ts';
import { INVITATIONS_KEY, revokeInvitation } from '../settings-api.ts';
import { LIST, Section } from './section.tsx';

export function InvitationList({ invitations, mayManage }: { invitations: readonly Invitation[]; mayManage: boolean }) {
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<Invitation | null>(null);
  const revoke = useMutation({
    mutationFn: (invitation: Invitation) => revokeInvitation(invitation),
    onSuccess: (_, { email }) => {
      setChosen(null);
      showToast({ words: `The invitation for ${email} was revoked.` });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: INVITATIONS_KEY }),
  });
  const close = () => {
    setChosen(null);
    revoke.reset();
  };
  return (
    <Section title="Open invitations" count={String(invitations.length)}>
      <ul className={LIST}>
        {invitations.map((invitation) => (
          <li key={invitation.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="flex min-w-0 grow flex-col gap-0.5">
              <span className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium [overflow-wrap:anywhere]">
                {invitation.email}
                {invitation.isExpired && <Badge tone="notice">Expired</Badge>}
              </span>
              <span className="text-small text-muted">
                As {invitation.role}, by {invitation.invitedBy}. {invitation.isExpired ? 'Expired on' : 'Open until'}{' '}
                {formatMoment(invitation.expiresAt, undefined)?.words}
              </span>
            </div>
            {mayManage && (
              <Button
                aria-label={`Revoke the invitation for ${invitation.email}`}
                onClick={() => setChosen(invitation)}
              >
                Revoke
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Dialog
        open={chosen !== null}
        onClose={close}
        title="Revoke this invitation?"
        description={`The link for ${chosen?.email ?? ''} no longer works. You can invite them again.`}
        actions={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button tone="danger" busy={revoke.isPending} onClick={() => chosen && revoke.mutate(chosen)}>
              Revoke
            </Button>
          </>
        }
      >
        {revoke.error && <ProblemBanner error={revoke.error} />}
      </Dialog>
    </Section>
  );
}
