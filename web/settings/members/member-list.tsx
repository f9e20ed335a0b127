// The members by name, with what may be done about each.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member, Role } from '../../../worker/members-contract.ts';
import { Avatar } from '../../design/avatar.tsx';
import { Badge } from '../../design/badge.tsx';
import { Button } from '../../design/button.tsx';
import { momentWords } from '../../workspace/moment-words.ts';
import { Loading } from '../loading.tsx';
import { getMembers } from '../settings-api.ts';
import { ChangeRole } from './change-role.tsx';
import { MEMBERS_KEY } from './members-key.ts';
import { RemoveMember } from './remove-member.tsx';
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
  if (data === undefined) return <Loading error={error} onRetry={() => void refetch()} />;
  const members = data.pages.flatMap((page) => page.members);
  const close = () => setChosen(null);
  return (
    <Section
      title="Members"
      count={`${members.length}${hasNextPage ? '+' : ''}`}
      note="Somebody always manages the members: the last one who may can neither be removed nor lose that role."
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
        <span className="text-small text-muted">since {momentWords(joinedAt.slice(0, 10), undefined)?.words}</span>
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
            <span className="text-small text-muted">Has rights beyond yours</span>
          )}
        </div>
      )}
    </li>
  );
}
