// The draft templates available to a user: those of the org's packs whose data the role can read. A new pack's templates need
// an entry here.
import type { Permission } from '../permissions.ts';
import type { Access } from '../principal.ts';
import type { PackTemplates, Template } from '../templates/template.ts';
import type { Pack } from './pack.ts';
import { productionPack } from './production/production-pack.ts';
import { PRODUCTION_TEMPLATES } from './production/templates/production-templates.ts';

const OF_PACKS: readonly { readonly pack: Pack; readonly has: PackTemplates }[] = [
  { pack: productionPack, has: PRODUCTION_TEMPLATES },
];

const DRAFTING: Permission = 'templates:draft';

type OfferedTemplate = { readonly template: Template; readonly from: PackTemplates };

function offeredTo(access: Access): OfferedTemplate[] {
  if (!access.permissions.includes(DRAFTING)) return [];
  return OF_PACKS.filter(({ pack }) => pack.isFor(access)).flatMap(({ has }) =>
    has.templates
      .filter(({ permissions }) => permissions.every((permission) => access.permissions.includes(permission)))
      .map((template) => ({ template, from: has })),
  );
}

export const templatesFor = (access: Access): readonly Template[] => offeredTo(access).map(({ template }) => template);

/** Null if it doesn't exist or isn't available to this user. */
export const findTemplate = (access: Access, id: string): OfferedTemplate | null =>
  offeredTo(access).find(({ template }) => template.id === id) ?? null;
