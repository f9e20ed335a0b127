// Which role is offered to whom. Pure.
import type { Role } from '../../../worker/members-contract.ts';
import type { SelectOption } from '../../design/select-field.tsx';

/** Those that permit more than one's own stand there, and cannot be chosen. */
export const roleOptions = (roles: readonly Role[]): SelectOption[] =>
  roles.map(({ name, mayGive }) => ({
    value: name,
    label: mayGive ? name : `${name} (more than your own)`,
    disabled: !mayGive,
  }));

/** Of those that one may give, the one that permits least. */
export function modestRole(roles: readonly Role[]): string {
  const given = roles.filter(({ mayGive }) => mayGive);
  return given.sort((a, b) => a.permissions.length - b.permissions.length)[0]?.name ?? '';
}
