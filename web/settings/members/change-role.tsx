// The dialog for changing a member's role. Lists what the role can do.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Member, Role } from '../../../worker/api/members/members-schema.ts';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/controls/button.tsx';
import { SelectField } from '../../design/controls/select-field.tsx';
import { Dialog } from '../../design/overlays/dialog.tsx';
import { showToast } from '../../design/overlays/toasts.ts';
import { ProblemBanner } from '../../problem-banner.tsx';
import { KEYS } from '../../queries.ts';
import { changeMember, MEMBERS_KEY, ROLES_KEY } from '../settings-api.ts';
import { roleOptions } from './role-choice.ts';
import { Permissions } from './role-list.tsx';

type ChangeRoleProps = { member: Member | null; roles: readonly Role[]; onClose: () => void };

export function ChangeRole({ member, roles, onClose }: ChangeRoleProps) {
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<{ userId: string; role: string } | null>(null);
  const role = chosen !== null && chosen.userId === member?.userId ? chosen.role : (member?.role ?? '');
  const change = useMutation({
    mutationFn: (given: { userId: string; role: string }) => changeMember(given.userId, given.role),
    onSuccess: ({ name, role: now, isYou }) => {
      close();
      showToast({ words: `${name} is now ${now}. Takes effect within a minute.` });
      for (const queryKey of [MEMBERS_KEY, ROLES_KEY]) void queries.invalidateQueries({ queryKey });
      if (isYou) void queries.invalidateQueries({ queryKey: KEYS.me });
    },
  });
  const close = () => {
    setChosen(null);
    change.reset();
    onClose();
  };
  const permissions = roles.find(({ name }) => name === role)?.permissions ?? [];
  return (
    <Dialog
      open={member !== null}
      onClose={close}
      title={`Change the role of ${member?.name ?? ''}`}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            tone="primary"
            busy={change.isPending}
            disabled={role === member?.role}
            onClick={() => member && change.mutate({ userId: member.userId, role })}
          >
            Change role
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {change.error && <ProblemBanner error={change.error} />}
        <SelectField
          label="Role"
          value={role}
          onChange={(next) => {
            change.reset();
            if (member) setChosen({ userId: member.userId, role: next });
          }}
          options={roleOptions(roles)}
        />
        {member?.isYou && (
          <Banner tone="notice" icon={TriangleAlert} title="This is your own role">
            You can’t restore permissions that the new role doesn’t have.
          </Banner>
        )}
        <section aria-label={`What ${role} can do`} className="flex flex-col gap-2">
          <h3 className="text-small font-medium text-muted">What {role} can do</h3>
          <Permissions permissions={permissions} />
        </section>
      </div>
    </Dialog>
  );
}
