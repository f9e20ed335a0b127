// The org's data as read-only pages, with the user's own rights. Generic: each pack provides the text of its pages. Not
// behind the assistant's flag, because this is the product's data.
import type { Context } from 'hono';
import { AppError } from '../../../durable/errors.ts';
import type { WorkspaceAddress, WorkspaceReader } from '../../../durable/packs/workspace/workspace-page.ts';
import { hasIdForm, workspaceHome, workspaceOf } from '../../../durable/packs/workspace/workspaces.ts';
import { postgresDepsOf } from '../../../durable/postgres/with-tenant.ts';
import { openTenant, type TenantReader } from '../../../durable/tools/tenant-access.ts';
import type { ToolRefusal } from '../../../durable/tools/tool.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { defineRoute } from '../../routing/define-route.ts';
import {
  WorkspacePage,
  WorkspaceParams,
  WorkspaceQuery,
  WorkspaceTab,
  WorkspaceTabParams,
  WorkspaceTabQuery,
} from './workspace-schema.ts';

const FOR_MEMBERS = {
  tag: 'account',
  permission: 'member',
  feature: 'none',
  rights: 'confirmed',
  errors: ['NOT_FOUND', 'FORBIDDEN', 'DATABASE_UNAVAILABLE'],
} as const;

export const workspaceRoutes = [
  defineRoute({
    method: 'get',
    paths: ['/api/v1/workspace'],
    ...FOR_MEMBERS,
    summary: 'Read the workspace’s start page',
    description: 'Read-only pages of the org’s data, with your own rights. They work even if the assistant is off.',
    reply: { status: 200, description: 'A page.', schema: WorkspacePage },
    handler: async (c) => requireFound(await workspaceHome(c.get('access'), tenantOf(c))),
  }),
  defineRoute({
    method: 'get',
    paths: ['/api/v1/workspace/{kind}/{id}'],
    ...FOR_MEMBERS,
    summary: 'Read a workspace page',
    params: WorkspaceParams,
    query: WorkspaceQuery,
    reply: { status: 200, description: 'The page with one of its tabs.', schema: WorkspacePage },
    handler: async (c, { params, query: { tab = null } }) =>
      requireFound(await readerOf(c, params).page(tenantOf(c), { ...params, tab })),
  }),
  defineRoute({
    method: 'get',
    paths: ['/api/v1/workspace/{kind}/{id}/{tab}'],
    ...FOR_MEMBERS,
    summary: 'Read a tab of a workspace page',
    description: 'Also the next part of a long tab.',
    params: WorkspaceTabParams,
    query: WorkspaceTabQuery,
    reply: { status: 200, description: 'The tab’s sections.', schema: WorkspaceTab },
    handler: async (c, { params, query: { cursor = null, q = null } }) =>
      requireFound(await readerOf(c, params).tab(tenantOf(c), { ...params, cursor, query: q })),
  }),
];

/** @throws AppError NOT_FOUND if the org has no such pages. */
function readerOf(c: Context<EdgeEnv>, { kind, id }: Omit<WorkspaceAddress, 'tab'>): WorkspaceReader {
  const reader = workspaceOf(c.get('access'), kind);
  if (reader === null || !hasIdForm(reader, { kind, id })) throw new AppError('NOT_FOUND');
  return reader;
}

const tenantOf = (c: Context<EdgeEnv>): TenantReader => openTenant(postgresDepsOf(c.env), c.get('access')).reader;

function requireFound<T extends object>(answer: T | ToolRefusal): T {
  if (!('refused' in answer)) return answer;
  throw new AppError(answer.code === 'FORBIDDEN' ? 'FORBIDDEN' : 'NOT_FOUND');
}
