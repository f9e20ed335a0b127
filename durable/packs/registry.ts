// All packs there are. To add one: its folder, its migration, and a line here.
import type { Access } from '../principal.ts';
import type { TenantReader } from '../tools/tenant-access.ts';
import type { Tool } from '../tools/tool.ts';
import { type Combined, combineTools } from './combine-tools.ts';
import type { Pack, PromptContext, ScopeIds, SharedPlace, ToolMode, View } from './pack.ts';
import { plmPack } from './plm/plm-pack.ts';
import { productionPack } from './production/production-pack.ts';

const PACKS: readonly Pack[] = [plmPack, productionPack];

export function toolsFor(access: Access, mode: ToolMode): readonly Tool[] {
  return combined(packsFor(access), mode).tools;
}

/** What the model is to know of the org's domains; null where it has none. */
export function promptFor(context: PromptContext): string | null {
  const packs = packsFor(context.access);
  const { note } = combined(packs, context.mode);
  const prompts = [...packs.map((pack) => pack.prompt(context)), ...(note === null ? [] : [note])];
  return prompts.length > 0 ? prompts.join('\n\n') : null;
}

/** What a conversation is about: what the ids or codes name in the first pack that knows them, if the user may see it. @throws AppError */
export async function findInView(access: Access, ids: ScopeIds, tenant: TenantReader): Promise<View> {
  if (ids.programId === null && ids.designId === null) return NOTHING;
  for (const pack of packsFor(access)) {
    const view = await pack.findInView(ids, tenant);
    if (view.program !== null || view.design !== null) return view;
  }
  return NOTHING;
}

const NOTHING: View = { program: null, design: null };

/** The ids of what was named, or which of the two names leads nowhere: the words of a scope are those of `ScopeIds`. */
export type Named = ({ readonly found: true } & ScopeIds) | { readonly found: false; readonly unknown: keyof ScopeIds };

/**
 * What ids, codes or names stand for: all that is named must be in one pack, and this user must see it. A design brings its
 * program along. @throws AppError
 */
export async function findScope(access: Access, names: ScopeIds, tenant: TenantReader): Promise<Named> {
  let unknown: keyof ScopeIds = names.programId === null ? 'designId' : 'programId';
  for (const pack of Object.values(names).every(isStorable) ? packsFor(access) : []) {
    const { program, design } = await pack.findInView(names, tenant);
    const hasProgram = names.programId === null || program !== null;
    if (hasProgram && (names.designId === null || design !== null))
      return { found: true, programId: program?.id ?? design?.programId ?? null, designId: design?.id ?? null };
    if (hasProgram) unknown = 'designId';
  }
  return { found: false, unknown };
}

/** Nothing is called by what Postgres takes in no text. */
const isStorable = (name: string | null): boolean => name === null || (name.isWellFormed() && !name.includes('\0'));

/** The place that several people share under this id, if this user may see it. @throws AppError */
export async function findShared(access: Access, id: string, tenant: TenantReader): Promise<SharedPlace | null> {
  for (const pack of packsFor(access)) {
    const place = (await pack.findShared?.(id, tenant)) ?? null;
    if (place) return place;
  }
  return null;
}

const packsFor = (access: Access): readonly Pack[] => PACKS.filter((pack) => pack.isFor(access));

/** One list for each set of packs, made once: what a provider gets of a tool is kept with the tool. */
const known = new Map<string, Combined>();

function combined(packs: readonly Pack[], mode: ToolMode): Combined {
  const key = [mode, ...packs.map(({ id }) => id)].join(' ');
  const made = known.get(key) ?? combineTools(packs.map((pack) => ({ id: pack.id, tools: pack.tools(mode) })));
  known.set(key, made);
  return made;
}
