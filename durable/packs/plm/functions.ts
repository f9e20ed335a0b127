// Calls the pack's SQL functions for tools and pages. All rules of the domain are in these functions, under row-level
// security.
import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { type CardOf, readProposal, readReply } from '../../tools/sql-reply.ts';
import type { Effect, ReadTool, RowVersion, ToolLink, ToolRefusal, ToolReturn, WriteTool } from '../../tools/tool.ts';
import { createSqlReader } from '../sql-reader.ts';

type ReadFunction =
  | 'search_items'
  | 'get_item_details'
  | 'get_bom'
  | 'get_where_used'
  | 'analyze_change_impact'
  | 'resolve_entity'
  | 'search_programs'
  | 'search_designs';
type PageFunction =
  | 'workspace_item'
  | 'workspace_item_tab'
  | 'workspace_design'
  | 'workspace_program'
  | 'workspace_session'
  | 'find_shared_place';
type WriteFunction =
  | 'create_item'
  | 'update_item'
  | 'create_relationship'
  | 'transition_item_state'
  | 'create_change_order'
  | 'initiate_collaborative_design';

const { read, readAs } = createSqlReader<ReadFunction | PageFunction>('plm');

export { readAs };

/** The `run` of a tool that calls one function. */
export function readBy(name: ReadFunction): ReadTool['run'] {
  return async function runRead(_context, input, tenant) {
    return withOffer(await read(tenant, name, input));
  };
}

/** `prepare` and `execute` of a tool: the same function as a dry run and a real one, so that both apply the same rules. */
export function writeBy<F extends z.ZodType>(
  name: WriteFunction,
  card: CardOf<F>,
): Pick<WriteTool, 'prepare' | 'execute'> {
  return {
    prepare: async function prepareWrite(_context, input, tenant) {
      const prepared = readProposal(await tenant.query(call(name, input, true, null)), card);
      return prepared.refused ? withOffer(prepared) : prepared;
    },
    execute: async function executeWrite(_context, input, tenant, effect) {
      return withOffer(readReply(await tenant.change(call(name, input, false, effect))));
    },
  };
}

/** A link to the item that a write created or changed. */
export const linkToItem = ({
  item,
}: {
  readonly item: { readonly id: string; readonly itemNumber: string };
}): ToolLink => ({
  kind: 'navigation',
  path: `/workspace/items/${encodeURIComponent(item.id)}`,
  label: `View ${item.itemNumber}`,
});

function call(
  name: WriteFunction,
  input: unknown,
  isDryRun: boolean,
  effect: (Effect & { readonly versions: readonly RowVersion[] }) | null,
) {
  const expected = effect ? JSON.stringify(effect.versions) : null;
  const audit = effect ? JSON.stringify(effect.audit) : null;
  return sql`select plm.${sql.identifier(name)}(${JSON.stringify(input)}::jsonb, ${isDryRun}::boolean, ${expected}::jsonb, ${effect?.key ?? null}::text, ${audit}::jsonb) as answer`;
}

/** A suggestion to create a change order first is an offer to the user, not a failure. */
function withOffer<R extends ToolReturn | ToolRefusal>(reply: R): R {
  return reply.refused && reply.facts?.['suggestCreateEco'] === true ? { ...reply, isOffer: true } : reply;
}
