// Ends a membership, once that was asked about. What the server refuses is said here.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Member } from '../../../worker/members-contract.ts';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { showToast } from '../../design/toasts.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { removeMember } from '../settings-api.ts';
import { INVITATIONS_KEY, MEMBERS_KEY, ROLES_KEY } from './members-key.ts';

export function RemoveMember({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: ({ userId }: Member) => removeMember(userId),
    onSuccess: (_, { name }) => {
      close();
      showToast({ words: `${name} is no member any more.` });
      for (const queryKey of [MEMBERS_KEY, ROLES_KEY, INVITATIONS_KEY]) void queries.invalidateQueries({ queryKey });
    },
  });
  const close = () => {
    remove.reset();
    onClose();
  };
  return (
    <Dialog
      open={member !== null}
      onClose={close}
      title={`Remove ${member?.name ?? ''}?`}
      description="They lose access within a minute, also in an answer that is under way, and their open invitations to others go too. What they did stays in the audit log."
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button tone="danger" busy={remove.isPending} onClick={() => member && remove.mutate(member)}>
            Remove
          </Button>
        </>
      }
    >
      {remove.error && <ProblemBanner error={remove.error} />}
    </Dialog>
  );
}
