// The roles a user can assign. Pure.
import type { Role } from '../../../worker/api/members/members-schema.ts';
import type { SelectOption } from '../../design/controls/select-field.tsx';

/** Roles that exceed the user's own are listed but disabled. */
export const roleOptions = (roles: readonly Role[]): SelectOption[] =>
  roles.map(({ name, mayGive }) => ({
    value: name,
    label: mayGive ? name : `${name} (exceeds your role)`,
    disabled: !mayGive,
  }));

/** The assignable role with the fewest permissions. */
export function leastPrivilegedRole(roles: readonly Role[]): string {
  const given = roles.filter(({ mayGive }) => mayGive);
  return given.sort((a, b) => a.permissions.length - b.permissions.length)[0]?.name ?? '';
}
