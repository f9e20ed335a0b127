// What every settings page gets, and permission checks.
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import type { Permission } from '../../worker/api/members/members-schema.ts';

export type SettingsTabProps = { me: Me };

export const hasAnyPermission = (me: Me, anyOf: readonly Permission[]): boolean =>
  anyOf.some((permission) => me.org.permissions.includes(permission));
