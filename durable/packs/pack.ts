// The interface of a pack: one domain's tools and what the model must know about it. Domain terms stay in their pack.
import type { Access } from '../principal.ts';
import type { TenantReader } from '../tools/tenant-access.ts';
import type { Tool } from '../tools/tool.ts';

export type ToolMode = 'chat' | 'search';

/**
 * A conversation can have a scope, and a second scope within it. On the wire, in storage and here they are called `program`
 * and `design`, after the first pack; each pack decides which of its records they refer to.
 */
export type ScopeIds = { readonly programId: string | null; readonly designId: string | null };

/** A scope in view, as named in the database. `programId` is set for a design. */
export type ViewedScope = {
  readonly id: string;
  readonly code?: string;
  readonly name?: string;
  readonly programId?: string;
};

export type View = { readonly program: ViewedScope | null; readonly design: ViewedScope | null };

export type PromptContext = {
  readonly access: Access;
  readonly mode: ToolMode;
  /** Set for a shared conversation: the prompt is then the same for all its members and names no user. */
  readonly shared?: SharedPlace | null;
};

/** A record whose conversation several users share, as one of them sees it. Times are Unix milliseconds. */
export type SharedPlace = {
  readonly title: string;
  /** The purpose of the shared place, as its members wrote it. */
  readonly brief: string;
  /** What is in view, for every member. */
  readonly view: View;
  readonly openedAt: number;
  /** May delete the conversation and choose its model. */
  readonly canManage: boolean;
};

export type Pack = {
  readonly id: string;
  /** Whether the org uses this pack: true if the role holds one of the domain's permissions. */
  isFor(access: Access): boolean;
  /** Always the same tools in the same order, so that a provider's prompt cache works. Names are unique in a pack. */
  tools(mode: ToolMode): readonly Tool[];
  /** The scopes that a client names, if the user can see them; otherwise null. @throws AppError */
  findInView(ids: ScopeIds, tenant: TenantReader): Promise<View>;
  /** The shared place with this id, if the user can see it. Optional. @throws AppError */
  findShared?(id: string, tenant: TenantReader): Promise<SharedPlace | null>;
  /** Starts with what is the same for all users, and contains nothing that changes between runs. */
  prompt(context: PromptContext): string;
  /** Lines that name what is in view, with ids for tools. They go behind the user's message, because they change. */
  inView(view: View): readonly string[];
};

/** Whether the role holds any permission on one of these resources, such as `parts` in `parts:read`. */
export function holdsAny(access: Access, resources: readonly string[]): boolean {
  return access.permissions.some((permission) => resources.includes(permission.split(':', 1)[0] ?? ''));
}
