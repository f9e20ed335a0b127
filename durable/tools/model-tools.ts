// A turn's tools as providers take them: JSON Schema in the words that all of them know. The text of a tool never
// changes from turn to turn, because a provider's prompt cache begins with it.
import { z } from 'zod';
import type { ModelTool } from '../providers/provider.ts';
import type { Tool } from './tool.ts';

/**
 * Left out: servers disagree on these, the runner checks them anyway, and the descriptions say in words what a model needs.
 */
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
