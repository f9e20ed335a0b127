// The pack's SQL functions as a tool calls them. Each takes the tool's input as one JSON value and answers in the
// common envelope; all rules of the domain live there, under row-level security.
import { sql } from 'drizzle-orm';
import { toAnswer, toPreview } from '../../tools/sql-answer.ts';
import type {
  Effect,
  LightWriteTool,
  ReadTool,
  RowVersion,
  ToolAnswer,
  ToolLink,
  ToolRefusal,
  WriteTool,
} from '../../tools/tool.ts';

type ReadFunction =
  | 'search_items'
  | 'get_item_details'
  | 'get_bom'
  | 'get_where_used'
  | 'analyze_change_impact'
  | 'resolve_entity'
  | 'search_programs'
  | 'search_designs';
type WriteFunction =
  | 'create_item'
  | 'update_item'
  | 'create_relationship'
  | 'transition_item_state'
  | 'create_change_order'
  | 'initiate_collaborative_design';

/** The `run` of a tool that one function answers. */
export function readBy(name: ReadFunction): ReadTool['run'] {
  return async function runRead(_context, input, tenant) {
    const rows = await tenant.query(sql`select plm.${sql.identifier(name)}(${JSON.stringify(input)}::jsonb) as answer`);
    return withOffer(toAnswer(rows));
  };
}

/** `prepare` and `execute` of a tool: the same function, dry and in earnest, so that both go by the same rules. */
export function writeBy(name: WriteFunction): Pick<WriteTool, 'prepare' | 'execute'> {
  return {
    prepare: async function prepareWrite(_context, input, tenant) {
      const prepared = toPreview(await tenant.query(call(name, input, true, null)));
      return prepared.refused ? withOffer(prepared) : prepared;
    },
    execute: async function executeWrite(_context, input, tenant, effect) {
      return withOffer(toAnswer(await tenant.change(call(name, input, false, effect))));
    },
  };
}

/** The page of the item that a write made or changed. */
export const linkToItem = ({
  item,
}: {
  readonly item: { readonly id: string; readonly itemNumber: string };
}): ToolLink => ({
  kind: 'navigation',
  path: `/workspace/items/${encodeURIComponent(item.id)}`,
  label: `View ${item.itemNumber}`,
});

/** The `execute` of a write that nobody is asked about, and which therefore was made on no state that was shown. */
export function lightWriteBy(name: WriteFunction): LightWriteTool['execute'] {
  return async function executeLightWrite(_context, input, tenant, effect) {
    return withOffer(toAnswer(await tenant.change(call(name, input, false, effect))));
  };
}

function call(
  name: WriteFunction,
  input: unknown,
  isDryRun: boolean,
  effect: (Effect & { readonly versions?: readonly RowVersion[] }) | null,
) {
  const expected = effect?.versions ? JSON.stringify(effect.versions) : null;
  const audit = effect ? JSON.stringify(effect.audit) : null;
  return sql`select plm.${sql.identifier(name)}(${JSON.stringify(input)}::jsonb, ${isDryRun}::boolean, ${expected}::jsonb, ${effect?.key ?? null}::text, ${audit}::jsonb) as answer`;
}

/** A change order that could be made first is an offer to the user, not a failure. */
function withOffer<A extends ToolAnswer | ToolRefusal>(answer: A): A {
  return answer.refused && answer.facts?.['suggestCreateEco'] === true ? { ...answer, isOffer: true } : answer;
}
