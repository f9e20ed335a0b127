// The members page: members, open invitations, and what each role can do.
import { useQuery } from '@tanstack/react-query';
import { LoadingOrError } from '../loading-or-error.tsx';
import { hasAnyPermission, type SettingsTabProps } from '../settings-access.ts';
import { getInvitations, getRoles, INVITATIONS_KEY, ROLES_KEY } from '../settings-api.ts';
import { ViewOnly } from '../view-only.tsx';
import { InvitationList } from './invitation-list.tsx';
import { InviteForm } from './invite-form.tsx';
import { MemberList } from './member-list.tsx';
import { RoleList } from './role-list.tsx';

const MANAGE = 'members:manage';

export function MembersPage({ me }: SettingsTabProps) {
  const roles = useQuery({ queryKey: ROLES_KEY, queryFn: getRoles, staleTime: 0 });
  const invitations = useQuery({ queryKey: INVITATIONS_KEY, queryFn: getInvitations, staleTime: 0 });
  const mayManage = hasAnyPermission(me, [MANAGE]);
  if (roles.data === undefined || invitations.data === undefined) {
    const again = () => void Promise.all([roles.refetch(), invitations.refetch()]);
    return <LoadingOrError error={roles.error ?? invitations.error} onRetry={again} />;
  }
  return (
    <div className="flex flex-col gap-8">
      {mayManage ? <InviteForm roles={roles.data.roles} /> : <ViewOnly me={me} permission={MANAGE} />}
      {invitations.data.invitations.length > 0 && (
        <InvitationList invitations={invitations.data.invitations} mayManage={mayManage} />
      )}
      <MemberList roles={roles.data.roles} mayManage={mayManage} />
      <RoleList roles={roles.data.roles} own={me.org.role} />
    </div>
  );
}
