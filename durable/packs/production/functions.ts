// Calls the pack's SQL functions for tools, pages and templates.
import type { ReadTool } from '../../tools/tool.ts';
import { createSqlReader } from '../sql-reader.ts';

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
type PageFunction =
  | 'workspace_totals'
  | 'workspace_show'
  | 'workspace_crew_member'
  | 'workspace_vendor'
  | 'workspace_rfp'
  | 'workspace_incident'
  | 'workspace_activity';

const { read, readAs } = createSqlReader<ReadFunction | PageFunction>('production');

export { readAs };

/** The `run` of a tool that calls one function. */
export function readBy(name: ReadFunction): ReadTool['run'] {
  return async function runRead(_context, input, tenant) {
    return read(tenant, name, input);
  };
}
