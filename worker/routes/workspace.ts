// The product's own data as read-only pages, under the rights of whoever asks. Generic: each pack words its own pages.
// Not behind the assistant's flag, since this is the product's data and not the assistant.
import { type Context, Hono } from 'hono';
import { AppError } from '../../durable/errors.ts';
import type { WorkspaceAddress, WorkspaceReader } from '../../durable/packs/workspace-page.ts';
import { isCalledSo, workspaceHome, workspaceOf } from '../../durable/packs/workspaces.ts';
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
  const page: WorkspacePage = found(await workspaceHome(c.get('access'), tenantOf(c)));
  return c.json(page);
});

workspaceRoutes.get('/workspace/:kind/:id', async (c) => {
  const { tab } = parseInput(WorkspaceQuery, c.req.query());
  const address = addressOf(c.req.param());
  const page: WorkspacePage = found(await readerOf(c, address).page(tenantOf(c), { ...address, tab: tab ?? null }));
  return c.json(page);
});

workspaceRoutes.get('/workspace/:kind/:id/:tab', async (c) => {
  const { cursor, q } = parseInput(WorkspaceTabQuery, c.req.query());
  const { tab, ...place } = c.req.param();
  const address = addressOf(place);
  const wanted = { ...address, tab, cursor: cursor ?? null, query: q ?? null };
  const part: WorkspaceTab = found(await readerOf(c, address).tab(tenantOf(c), wanted));
  return c.json(part);
});

/** @throws AppError NOT_FOUND where the org has no such pages. */
function readerOf(c: Context<EdgeEnv>, address: Omit<WorkspaceAddress, 'tab'>): WorkspaceReader {
  const reader = workspaceOf(c.get('access'), address.kind);
  if (reader === null || !isCalledSo(reader, address)) throw new AppError('NOT_FOUND');
  return reader;
}

const tenantOf = (c: Context<EdgeEnv>): TenantReader => openTenant(postgresDepsOf(c.env), c.get('access')).reader;

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
