// The product's own data as read-only pages, under the rights of whoever asks. Generic: each pack words its own pages.
// Not behind the assistant's flag, since this is the product's data and not the assistant.
import { type Context, Hono } from 'hono';
import { AppError } from '../../durable/errors.ts';
import type { WorkspaceAddress, WorkspaceReader } from '../../durable/packs/workspace-page.ts';
import { workspaceFor } from '../../durable/packs/workspaces.ts';
import { postgresDepsOf } from '../../durable/postgres/config.ts';
import { openTenant, type TenantReader } from '../../durable/tools/tenant-access.ts';
import type { ToolRefusal } from '../../durable/tools/tool.ts';
import {
  type WorkspacePage,
  WorkspaceParams,
  WorkspaceQuery,
  type WorkspaceTab,
  WorkspaceTabQuery,
} from '../contract.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../problem.ts';

export const workspaceRoutes = new Hono<EdgeEnv>();

workspaceRoutes.get('/workspace', async (c) => {
  const { reader, tenant } = open(c);
  const page: WorkspacePage = found(await reader.home(tenant));
  return c.json(page);
});

workspaceRoutes.get('/workspace/:kind/:id', async (c) => {
  const { tab } = parseInput(WorkspaceQuery, c.req.query());
  const { reader, tenant } = open(c);
  const page: WorkspacePage = found(await reader.page(tenant, { ...addressOf(c.req.param()), tab: tab ?? null }));
  return c.json(page);
});

workspaceRoutes.get('/workspace/:kind/:id/:tab', async (c) => {
  const { cursor, q } = parseInput(WorkspaceTabQuery, c.req.query());
  const { tab, ...place } = c.req.param();
  const { reader, tenant } = open(c);
  const part: WorkspaceTab = found(
    await reader.tab(tenant, { ...addressOf(place), tab, cursor: cursor ?? null, query: q ?? null }),
  );
  return c.json(part);
});

/** @throws AppError NOT_FOUND where the org has no such data. */
function open(c: Context<EdgeEnv>): { reader: WorkspaceReader; tenant: TenantReader } {
  const access = c.get('access');
  const reader = workspaceFor(access);
  if (reader === null) throw new AppError('NOT_FOUND');
  return { reader, tenant: openTenant(postgresDepsOf(c.env), access).reader };
}

/** An address in another form leads nowhere, and is answered like one that does. */
function addressOf(params: Record<string, string>): Omit<WorkspaceAddress, 'tab'> {
  const parsed = WorkspaceParams.safeParse(params);
  if (!parsed.success) throw new AppError('NOT_FOUND');
  return parsed.data;
}

function found<T extends object>(answer: T | ToolRefusal): T {
  if (!('refused' in answer)) return answer;
  throw new AppError(answer.code === 'FORBIDDEN' ? 'FORBIDDEN' : 'NOT_FOUND');
}
