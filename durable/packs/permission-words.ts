// What every permission allows, in words: the product's own and those of each pack. To add a pack's: a line here.
import { PERMISSIONS } from '../permissions.ts';
import { PLM_PERMISSIONS } from './plm/permissions.ts';
import { PRODUCTION_PERMISSIONS } from './production/permissions.ts';

export const PERMISSION_WORDS: Readonly<Record<string, string>> = {
  ...PERMISSIONS,
  ...PLM_PERMISSIONS,
  ...PRODUCTION_PERMISSIONS,
};
