// The drafting templates that a person has: those of the org's packs whose rows their role may read. To add a pack's: a
// line here.
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

type Offered = { readonly template: Template; readonly from: PackTemplates };

function offeredTo(access: Access): Offered[] {
  if (!access.permissions.includes(DRAFTING)) return [];
  return OF_PACKS.filter(({ pack }) => pack.isFor(access)).flatMap(({ has }) =>
    has.templates
      .filter(({ permissions }) => permissions.every((permission) => access.permissions.includes(permission)))
      .map((template) => ({ template, from: has })),
  );
}

export const templatesFor = (access: Access): readonly Template[] => offeredTo(access).map(({ template }) => template);

/** Null for one that is not there, or not for this person. */
export const findTemplate = (access: Access, id: string): Offered | null =>
  offeredTo(access).find(({ template }) => template.id === id) ?? null;
