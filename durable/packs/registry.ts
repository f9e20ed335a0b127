// All packs there are. To add one: its folder, its migration, and a line here.
import type { Access } from '../principal.ts';
import type { TenantReader } from '../tools/tenant-access.ts';
import type { Tool } from '../tools/tool.ts';
import type { Pack, PromptContext, SharedPlace, ToolMode, View } from './pack.ts';
import { plmPack } from './plm/plm-pack.ts';

const PACKS: readonly Pack[] = [plmPack];

export function toolsFor(access: Access, mode: ToolMode): readonly Tool[] {
  return packsFor(access).flatMap((pack) => pack.tools(mode));
}

/** What the model is to know of the org's domains; null where it has none. */
export function promptFor(context: PromptContext): string | null {
  const prompts = packsFor(context.access).map((pack) => pack.prompt(context));
  return prompts.length > 0 ? prompts.join('\n\n') : null;
}

/** Which program and design a conversation is about: what the ids or codes name, if the user may see it. @throws AppError */
export async function findInView(
  access: Access,
  ids: { readonly programId: string | null; readonly designId: string | null },
  tenant: TenantReader,
): Promise<View> {
  const [pack] = packsFor(access);
  if (!pack || (ids.programId === null && ids.designId === null)) return { program: null, design: null };
  return pack.findInView(ids, tenant);
}

/** The place that several people share under this id, if this user may see it. @throws AppError */
export async function findShared(access: Access, id: string, tenant: TenantReader): Promise<SharedPlace | null> {
  for (const pack of packsFor(access)) {
    const place = (await pack.findShared?.(id, tenant)) ?? null;
    if (place) return place;
  }
  return null;
}

const packsFor = (access: Access): readonly Pack[] => PACKS.filter((pack) => pack.isFor(access));
