// Asks one of the pack's reading functions for a page and holds its answer against the shape that the page shows.
import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { AppError } from '../../errors.ts';
import { toAnswer } from '../../tools/sql-answer.ts';
import type { TenantReader } from '../../tools/tenant-access.ts';
import type { ToolRefusal } from '../../tools/tool.ts';

type PageFunction =
  | 'workspace_item'
  | 'workspace_item_tab'
  | 'workspace_design'
  | 'workspace_program'
  | 'workspace_session'
  | 'find_shared_place'
  | 'search_programs'
  | 'search_items'
  | 'get_bom';

/** @throws AppError INTERNAL where the answer is not of that shape. */
export async function readAs<S extends z.ZodObject>(
  shape: S,
  tenant: TenantReader,
  name: PageFunction,
  input: Readonly<Record<string, unknown>>,
): Promise<z.output<S> | ToolRefusal> {
  const rows = await tenant.query(sql`select plm.${sql.identifier(name)}(${JSON.stringify(input)}::jsonb) as answer`);
  const answer = toAnswer(rows);
  if (answer.refused) return answer;
  const parsed = shape.safeParse(answer.data);
  if (!parsed.success) throw new AppError('INTERNAL', { cause: parsed.error });
  return parsed.data;
}
