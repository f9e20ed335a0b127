// The list of roles with their members and permissions.
import { Check, ChevronRight } from 'lucide-react';
import type { Role } from '../../../worker/api/members/members-schema.ts';
import { Badge } from '../../design/badge.tsx';
import { LIST, Section } from './section.tsx';

export const RoleList = ({ roles, own }: { roles: readonly Role[]; own: string }) => (
  <Section title="Roles" note="You can assign roles up to your own level.">
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
              {name === own && <Badge tone="accent">Your role</Badge>}
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

/** What a role can do. Shows the permission's id if it has no description. */
export function Permissions({ permissions }: Pick<Role, 'permissions'>) {
  if (permissions.length === 0) return <p className="text-small text-muted">Can use the assistant only.</p>;
  return (
    <ul className="flex flex-col gap-1.5">
      {permissions.map(({ id, words }) => (
        <li key={id} className="flex items-start gap-2 text-small">
          <Check size={14} strokeWidth={2} aria-hidden className="mt-[3px] shrink-0 text-accent" />
          <span className="min-w-0">
            {words ?? 'Unknown permission:'}{' '}
            <span className="font-mono text-meta text-muted [overflow-wrap:anywhere]">{id}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
