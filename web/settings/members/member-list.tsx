// The list of members, with buttons to change a role or remove someone.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member, Role } from '../../../worker/api/members/members-schema.ts';
import { Avatar } from '../../design/avatar.tsx';
import { Badge } from '../../design/badge.tsx';
import { Button } from '../../design/controls/button.tsx';
import { Dialog } from '../../design/overlays/dialog.tsx';
import { showToast } from '../../design/overlays/toasts.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { formatMoment } from '../../workspace/format-moment.ts';
import { LoadingOrError } from '../loading-or-error.tsx';
import { getMembers, INVITATIONS_KEY, MEMBERS_KEY, ROLES_KEY, removeMember } from '../settings-api.ts';
import { ChangeRole } from './change-role.tsx';
import { LIST, Section } from './section.tsx';

type Chosen = { readonly act: 'change' | 'remove'; readonly member: Member };

export function MemberList({ roles, mayManage }: { roles: readonly Role[]; mayManage: boolean }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: MEMBERS_KEY,
    queryFn: ({ pageParam }) => getMembers(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    staleTime: 0,
  });
  if (data === undefined) return <LoadingOrError error={error} onRetry={() => void refetch()} />;
  const members = data.pages.flatMap((page) => page.members);
  const close = () => setChosen(null);
  return (
    <Section
      title="Members"
      count={`${members.length}${hasNextPage ? '+' : ''}`}
      note="The last admin can’t be removed or demoted."
    >
      <ul className={LIST}>
        {members.map((member) => (
          <MemberRow key={member.userId} {...{ member, mayManage }} onChoose={(act) => setChosen({ act, member })} />
        ))}
      </ul>
      {hasNextPage && (
        <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
      <ChangeRole member={chosen?.act === 'change' ? chosen.member : null} roles={roles} onClose={close} />
      <RemoveMember member={chosen?.act === 'remove' ? chosen.member : null} onClose={close} />
    </Section>
  );
}

type MemberRowProps = { member: Member; mayManage: boolean; onChoose: (act: Chosen['act']) => void };

function MemberRow({ member, mayManage, onChoose }: MemberRowProps) {
  const { name, email, role, joinedAt, isYou, mayChange } = member;
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-2 px-4 py-3 desk:grid-cols-[auto_minmax(0,1fr)_8.5rem_12.5rem]">
      <Avatar name={name} />
      <div className="flex min-w-0 flex-col gap-0.5">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          <span dir="auto" className="min-w-0 break-words">
            {name}
          </span>
          {isYou && <Badge tone="accent">You</Badge>}
        </span>
        <span className="text-small text-muted [overflow-wrap:anywhere]">{email}</span>
      </div>
      <div className="col-start-2 flex min-w-0 flex-wrap gap-x-2 desk:col-auto desk:flex-col desk:gap-0.5">
        <span>{role}</span>
        <span className="text-small text-muted">since {formatMoment(joinedAt.slice(0, 10), undefined)?.words}</span>
      </div>
      {mayManage && (
        <div className="col-start-2 flex flex-wrap gap-2 desk:col-auto desk:justify-end">
          {mayChange ? (
            <>
              <Button aria-label={`Change role of ${name}`} onClick={() => onChoose('change')}>
                Change role
              </Button>
              {!isYou && (
                <Button tone="quiet" aria-label={`Remove ${name}`} onClick={() => onChoose('remove')}>
                  Remove
                </Button>
              )}
            </>
          ) : (
            <span className="text-small text-muted">Has more permissions than you</span>
          )}
        </div>
      )}
    </li>
  );
}

/** Asks for confirmation and removes a member. */
function RemoveMember({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: ({ userId }: Member) => removeMember(userId),
    onSuccess: (_, { name }) => {
      close();
      showToast({ words: `${name} was removed.` });
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
      description="They lose access within a minute, including running answers. Invitations they sent are revoked. Their activity stays in the audit log."
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
