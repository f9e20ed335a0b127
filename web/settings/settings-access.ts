// What a page of the settings is given, and what of it is for whom.
import type { Me } from '../../worker/contract.ts';
import type { Permission } from '../../worker/members-contract.ts';

export type SettingsTabProps = { me: Me };

export const has = (me: Me, anyOf: readonly Permission[]): boolean =>
  anyOf.some((permission) => me.org.permissions.includes(permission));
