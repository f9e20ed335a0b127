// What a pack is: one domain's tools and what the model must know of it. A domain's words stay in its pack.
import type { Access } from '../principal.ts';
import type { TenantReader } from '../tools/tenant-access.ts';
import type { Tool } from '../tools/tool.ts';

export type ToolMode = 'chat' | 'search';

/**
 * A conversation may be about a place, and a place within it. On the wire, in storage and here these two scopes are
 * called `program` and `design`, after the first pack; each pack says which of its records they hold.
 */
export type ScopeIds = { readonly programId: string | null; readonly designId: string | null };

/** A scope in view, as the database named it; `code` and `name` where they are known, `programId` of a design. */
export type InView = {
  readonly id: string;
  readonly code?: string;
  readonly name?: string;
  readonly programId?: string;
};

export type View = { readonly program: InView | null; readonly design: InView | null };

export type PromptContext = View & {
  readonly access: Access;
  readonly mode: ToolMode;
  /** Where several people share the conversation: the prompt is the same for each of them then, and names none. */
  readonly shared?: SharedPlace | null;
};

/** A place of the domain whose conversation several people share, as one of them sees it. Times are Unix milliseconds. */
export type SharedPlace = {
  readonly title: string;
  /** What the people there want of one another, in their own words. */
  readonly brief: string;
  /** What is in view, whoever speaks. */
  readonly view: View;
  readonly openedAt: number;
  /** May do away with what was said there, and choose the model for everybody. */
  readonly canManage: boolean;
};

export type Pack = {
  readonly id: string;
  /** Whether this org has the pack's data: its roles hold permissions of the domain then. */
  isFor(access: Access): boolean;
  /** Always the same tools in the same order, so that a provider's prompt cache holds. Names are unique in a pack. */
  tools(mode: ToolMode): readonly Tool[];
  /** What a client says is in view, as far as this user may see it; null for what is not there. @throws AppError */
  findInView(ids: ScopeIds, tenant: TenantReader): Promise<View>;
  /** The shared place with this id, if the user may see it. A pack without such places leaves this out. @throws AppError */
  findShared?(id: string, tenant: TenantReader): Promise<SharedPlace | null>;
  /** Begins with what is the same for everybody and holds nothing that changes from turn to turn. */
  prompt(context: PromptContext): string;
};

/** Whether any permission of the role is about one of these resources, as `parts` in `parts:read`. */
export function holdsAny(access: Access, resources: readonly string[]): boolean {
  return access.permissions.some((permission) => resources.includes(permission.split(':', 1)[0] ?? ''));
}
