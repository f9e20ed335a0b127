// All packs. To add one: its folder, its migration, and its entries here. A pack's permissions have a text for users.
import { isStorable } from '../input-text.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { Access } from '../principal.ts';
import type { TenantReader } from '../tools/tenant-access.ts';
import type { Tool } from '../tools/tool.ts';
import { type CombinedTools, combineTools } from './combine-tools.ts';
import type { Pack, PromptContext, ScopeIds, SharedPlace, ToolMode, View } from './pack.ts';
import { PLM_PERMISSIONS } from './plm/permissions.ts';
import { plmPack } from './plm/plm-pack.ts';
import { PRODUCTION_PERMISSIONS } from './production/permissions.ts';
import { productionPack } from './production/production-pack.ts';

export const PERMISSION_WORDS: Readonly<Record<string, string>> = {
  ...PERMISSIONS,
  ...PLM_PERMISSIONS,
  ...PRODUCTION_PERMISSIONS,
};

const PACKS: readonly Pack[] = [plmPack, productionPack];

export function toolsFor(access: Access, mode: ToolMode): readonly Tool[] {
  return combined(packsFor(access), mode).tools;
}

/** The packs' part of the system prompt; null if the org has no pack. */
export function promptFor(context: PromptContext): string | null {
  const packs = packsFor(context.access);
  const { note } = combined(packs, context.mode);
  const prompts = [...packs.map((pack) => pack.prompt(context)), ...(note === null ? [] : [note])];
  return prompts.length > 0 ? prompts.join('\n\n') : null;
}

/** What is in view as a model reads it, one line each; empty if nothing is. */
export const viewLines = (access: Access, view: View): readonly string[] => [
  ...new Set(packsFor(access).flatMap((pack) => pack.inView(view))),
];

/** The program and design with these ids or codes, from the first pack that has them and the user can see. @throws AppError */
export async function findInView(access: Access, ids: ScopeIds, tenant: TenantReader): Promise<View> {
  if (ids.programId === null && ids.designId === null) return NOTHING;
  for (const pack of packsFor(access)) {
    const view = await pack.findInView(ids, tenant);
    if (view.program !== null || view.design !== null) return view;
  }
  return NOTHING;
}

const NOTHING: View = { program: null, design: null };

/** The ids that were found, or which of the two names matches nothing. */
export type ScopeLookup =
  | ({ readonly found: true } & ScopeIds)
  | { readonly found: false; readonly unknown: keyof ScopeIds };

/**
 * Finds ids, codes or names. All of them must be in one pack and visible to this user. A design also returns its program.
 * @throws AppError
 */
export async function findScope(access: Access, names: ScopeIds, tenant: TenantReader): Promise<ScopeLookup> {
  let unknown: keyof ScopeIds = names.programId === null ? 'designId' : 'programId';
  for (const pack of Object.values(names).every((name) => name === null || isStorable(name)) ? packsFor(access) : []) {
    const { program, design } = await pack.findInView(names, tenant);
    const hasProgram = names.programId === null || program !== null;
    if (hasProgram && (names.designId === null || design !== null))
      return { found: true, programId: program?.id ?? design?.programId ?? null, designId: design?.id ?? null };
    if (hasProgram) unknown = 'designId';
  }
  return { found: false, unknown };
}

/** The shared place with this id, if this user can see it. @throws AppError */
export async function findShared(access: Access, id: string, tenant: TenantReader): Promise<SharedPlace | null> {
  for (const pack of packsFor(access)) {
    const place = (await pack.findShared?.(id, tenant)) ?? null;
    if (place) return place;
  }
  return null;
}

const packsFor = (access: Access): readonly Pack[] => PACKS.filter((pack) => pack.isFor(access));

/** One list per combination of packs, built once, so that providers can cache their form of each tool. */
const known = new Map<string, CombinedTools>();

function combined(packs: readonly Pack[], mode: ToolMode): CombinedTools {
  const key = [mode, ...packs.map(({ id }) => id)].join(' ');
  const made = known.get(key) ?? combineTools(packs.map((pack) => ({ id: pack.id, tools: pack.tools(mode) })));
  known.set(key, made);
  return made;
}
