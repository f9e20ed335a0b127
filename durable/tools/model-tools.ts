// Converts tools to what providers accept: JSON Schema with the keywords that all of them support. The result is the same
// for every turn, because a provider's prompt cache starts with it.
import * as z from 'zod';
import type { ModelTool } from '../providers/provider.ts';
import type { Tool } from './tool.ts';

/** Removed because providers differ in support. The runner still checks them, and the descriptions state them in words. */
const UNSHARED_KEYWORDS = ['$schema', 'format', 'pattern'];

const known = new WeakMap<Tool, ModelTool>();

export function toModelTool(tool: Tool): ModelTool {
  const made = known.get(tool);
  if (made) return made;
  const schema = z.toJSONSchema(tool.input, {
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      for (const keyword of UNSHARED_KEYWORDS) delete (jsonSchema as Record<string, unknown>)[keyword];
    },
  });
  delete schema.$schema;
  const modelTool = { name: tool.name, description: tool.description, parameters: { ...schema } };
  known.set(tool, modelTool);
  return modelTool;
}
