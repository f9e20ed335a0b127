// Asks one of the pack's reading functions for a page and holds its answer against the shape that the page shows.
import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { AppError } from '../../errors.ts';
import { toAnswer } from '../../tools/sql-answer.ts';
import type { TenantReader } from '../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../tools/tool.ts';

type PageFunction =
  | 'search_projects'
  | 'get_project'
  | 'list_shows'
  | 'list_crew'
  | 'list_vendors'
  | 'get_schedule'
  | 'list_rfps'
  | 'list_incidents'
  | 'list_deliverables'
  | 'workspace_totals'
  | 'workspace_show'
  | 'workspace_crew_member'
  | 'workspace_vendor'
  | 'workspace_rfp'
  | 'workspace_incident'
  | 'workspace_activity';

/** @throws AppError INTERNAL where the answer is not of that shape. */
export async function readAs<S extends z.ZodObject>(
  shape: S,
  tenant: TenantReader,
  name: PageFunction,
  input: Readonly<Record<string, unknown>>,
): Promise<z.output<S> | ToolRefusal> {
  const asked = sql`select production.${sql.identifier(name)}(${JSON.stringify(input)}::jsonb) as answer`;
  const answer = toAnswer(await tenant.query(asked));
  if (answer.refused) return answer;
  const parsed = shape.safeParse(answer.data);
  if (!parsed.success) throw new AppError('INTERNAL', { cause: parsed.error });
  return parsed.data;
}
