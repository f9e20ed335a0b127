// The product's own tools as sent in a request, and a conversation in which a table of results answers the calls.
import { PLM_TOOLS as PLM } from '../../durable/packs/plm/plm-tools.ts';
import { PRODUCTION_TOOLS as PRODUCTION, SEARCH_TOOLS } from '../../durable/packs/production/production-tools.ts';
import { toModelTool } from '../../durable/tools/model-tools.ts';
import type { Tool } from '../../durable/tools/tool.ts';
import { answer } from './answer.ts';
import type { DemoMessage, DemoTool, JsonObject, PlannedCall } from './wires/wire.ts';

function toDemoTool(tool: Tool): DemoTool {
  const { name, description, parameters } = toModelTool(tool);
  return { name, description, schema: parameters };
}

export const PLM_TOOLS = PLM.map(toDemoTool);
export const PRODUCTION_TOOLS = PRODUCTION.map(toDemoTool);
export const PRODUCTION_SEARCH_TOOLS = SEARCH_TOOLS.map(toDemoTool);

export type Results = { readonly [toolName: string]: JsonObject | ((args: JsonObject) => JsonObject) };

const MAX_ROUNDS = 8;
/** A Monday. */
export const TODAY = '2026-11-30';

export function startConversation(
  options: { readonly tools?: readonly DemoTool[]; readonly results?: Results; readonly system?: string } = {},
) {
  const { tools = [], results = {}, system = '' } = options;
  const messages: DemoMessage[] = [];
  let count = 0;

  return { ask, messages };

  function ask(text: string): { readonly calls: readonly PlannedCall[]; readonly text: string } {
    messages.push({ role: 'user', text });
    const calls: PlannedCall[] = [];
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const said = answer({ system, messages, tools }, TODAY);
      const toolCalls = said.toolCalls.map(({ name, args }) => ({ id: `call-${count++}`, name, args }));
      messages.push({ role: 'assistant', text: said.text, toolCalls });
      if (toolCalls.length === 0) return { calls, text: said.text };
      calls.push(...said.toolCalls);
      for (const { id, name, args } of toolCalls) {
        const result = results[name];
        const value = typeof result === 'function' ? result(args) : (result ?? {});
        messages.push({ role: 'tool', callId: id, toolName: name, text: JSON.stringify(value), isError: false });
      }
    }
    throw new Error(`no answer after ${MAX_ROUNDS} rounds: ${JSON.stringify(calls)}`);
  }
}

export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
