// The roles, how many have each, and what each permits behind a click.
import { ChevronRight } from 'lucide-react';
import type { Role } from '../../../worker/members-contract.ts';
import { Badge } from '../../design/badge.tsx';
import { Permissions } from './permissions.tsx';
import { LIST, Section } from './section.tsx';

export const RoleList = ({ roles, own }: { roles: readonly Role[]; own: string }) => (
  <Section title="Roles" note="You can give and take roles that permit nothing beyond your own.">
    <ul className={LIST}>
      {roles.map(({ name, members, permissions }) => (
        <li key={name}>
          <details className="group">
            <summary className="flex min-h-11 list-none flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 -outline-offset-2 hover:bg-hover [&::-webkit-details-marker]:hidden">
              <ChevronRight
                size={16}
                aria-hidden
                className="shrink-0 text-muted transition-transform group-open:rotate-90 rtl:-scale-x-100"
              />
              <span className="font-medium">{name}</span>
              {name === own && <Badge tone="accent">Yours</Badge>}
              <span className="ms-auto text-small text-muted tabular-nums">
                {members === 1 ? '1 member' : `${members} members`} ·{' '}
                {permissions.length === 1 ? '1 permission' : `${permissions.length} permissions`}
              </span>
            </summary>
            <div className="px-4 pt-1 pb-4 ps-11">
              <Permissions permissions={permissions} />
            </div>
          </details>
        </li>
      ))}
    </ul>
  </Section>
);
