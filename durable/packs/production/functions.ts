// The pack's SQL functions as a tool calls them. Each takes the tool's input as one JSON value and answers in the common
// envelope; rights and rules live there, under row-level security.
import { sql } from 'drizzle-orm';
import { toAnswer } from '../../tools/sql-answer.ts';
import type { ReadTool } from '../../tools/tool.ts';

type ReadFunction =
  | 'search_projects'
  | 'get_project'
  | 'list_shows'
  | 'list_crew'
  | 'list_vendors'
  | 'get_schedule'
  | 'list_rfps'
  | 'list_incidents'
  | 'list_deliverables'
  | 'resolve_entity';

/** The `run` of a tool that one function answers. */
export function readBy(name: ReadFunction): ReadTool['run'] {
  return async function runRead(_context, input, tenant) {
    return toAnswer(
      await tenant.query(sql`select production.${sql.identifier(name)}(${JSON.stringify(input)}::jsonb) as answer`),
    );
  };
}
