// Reads the JSON Schema of a tool's arguments into the little that filling them needs.
import { type DemoTool, isJsonObject, type JsonObject } from './chat.ts';

export type Parameter = {
  readonly name: string;
  readonly kind: 'string' | 'number' | 'integer' | 'boolean' | 'strings' | 'other';
  /** The allowed values; empty when any is. */
  readonly choices: readonly string[];
  readonly maximum: number | null;
  readonly description: string;
  readonly required: boolean;
};

export function readParameters(tool: DemoTool): readonly Parameter[] {
  const properties = isJsonObject(tool.schema.properties) ? tool.schema.properties : {};
  const required = Array.isArray(tool.schema.required) ? tool.schema.required : [];
  return Object.entries(properties).map(([name, raw]) => {
    const property = withoutNull(isJsonObject(raw) ? raw : {});
    return {
      name,
      kind: kindOf(property),
      choices: choicesOf(property),
      maximum: typeof property.maximum === 'number' ? property.maximum : null,
      description: isJsonObject(raw) && typeof raw.description === 'string' ? raw.description : '',
      required: required.includes(name),
    };
  });
}

/** `anyOf [T, null]` and `type [T, null]` mean T here: an absent argument is simply left out. */
function withoutNull(property: JsonObject): JsonObject {
  const variants = property.anyOf ?? property.oneOf;
  if (Array.isArray(variants)) {
    const real = variants.filter(isJsonObject).filter((variant) => variant.type !== 'null');
    const choices = real.flatMap(choicesOf);
    return choices.length > 0 ? { type: 'string', enum: choices } : (real[0] ?? {});
  }
  if (Array.isArray(property.type)) return { ...property, type: property.type.find((type) => type !== 'null') };
  return property;
}

function kindOf(property: JsonObject): Parameter['kind'] {
  if (property.type === 'array') {
    const items = isJsonObject(property.items) ? property.items : {};
    return items.type === undefined || items.type === 'string' ? 'strings' : 'other';
  }
  if (property.type === 'integer' || property.type === 'number' || property.type === 'boolean') return property.type;
  return property.type === 'string' || property.enum !== undefined || property.const !== undefined ? 'string' : 'other';
}

function choicesOf(property: JsonObject): readonly string[] {
  if (typeof property.const === 'string') return [property.const];
  return Array.isArray(property.enum) ? property.enum.filter((choice) => typeof choice === 'string') : [];
}
