// Walks zod schemas, so that tests reach every string that a route or tool takes without a list kept by hand.
import * as z from 'zod';

type Type = z.core.$ZodTypes;
const defOf = (schema: z.core.$ZodType) => (schema as Type)._zod.def;

/** Every string in a schema with its path: `fields.*`, `messages[].content`. Keys of records are strings too. */
export function* stringsIn(schema: z.core.$ZodType, path = ''): Generator<{ path: string; schema: z.ZodType }> {
  const def = defOf(schema);
  switch (def.type) {
    case 'string':
      yield { path, schema: schema as z.ZodType };
      return;
    case 'object':
      for (const [key, member] of Object.entries(def.shape)) yield* stringsIn(member, join(path, key));
      return;
    case 'array':
      yield* stringsIn(def.element, `${path}[]`);
      return;
    case 'record':
      yield* stringsIn(def.keyType, join(path, 'key of *'));
      yield* stringsIn(def.valueType, join(path, '*'));
      return;
    case 'union':
      for (const option of def.options) yield* stringsIn(option, path);
      return;
    default:
      if ('innerType' in def) yield* stringsIn(def.innerType, path);
      else if (def.type === 'pipe') yield* stringsIn(def.in, path);
      else if (!LEAVES.includes(def.type))
        throw new Error(`schema-walk.fixture.ts doesn't know ${def.type} at ${path}`);
  }
}

/** For each string in a schema, and each place for any JSON, a value that is valid except that `hostile` is there. */
export function* valuesWith(
  schema: z.core.$ZodType,
  hostile: unknown,
  path = '',
): Generator<{ path: string; value: unknown }> {
  const def = defOf(schema);
  switch (def.type) {
    case 'string':
    case 'unknown':
      yield { path, value: hostile };
      return;
    case 'object':
      for (const [key, member] of Object.entries(def.shape))
        for (const inner of valuesWith(member, hostile, join(path, key)))
          yield { path: inner.path, value: { ...(sampleOf(schema) as object), [key]: inner.value } };
      return;
    case 'array':
      for (const inner of valuesWith(def.element, hostile, `${path}[]`)) yield { ...inner, value: [inner.value] };
      return;
    case 'record':
      if (typeof hostile === 'string')
        yield { path: join(path, 'key of *'), value: { [hostile]: sampleOf(def.valueType) } };
      yield { path: join(path, '*'), value: { x: hostile } };
      return;
    case 'union':
      for (const option of def.options) yield* valuesWith(option, hostile, path);
      return;
    default:
      if ('innerType' in def) yield* valuesWith(def.innerType, hostile, path);
      else if (def.type === 'pipe') yield* valuesWith(def.in, hostile, path);
  }
}

/** A valid value with as little as possible. */
export function sampleOf(schema: z.core.$ZodType): unknown {
  const def = defOf(schema);
  switch (def.type) {
    case 'object': {
      const required = Object.entries(def.shape).filter(([, member]) => !isOptional(member));
      return Object.fromEntries(required.map(([key, member]) => [key, sampleOf(member)]));
    }
    case 'array':
      return [sampleOf(def.element)];
    case 'record':
      return {};
    case 'union':
      return sampleOf(def.options[0] as z.core.$ZodType);
    default: {
      if ('innerType' in def) return sampleOf(def.innerType);
      if (def.type === 'pipe') return sampleOf(def.in);
      const known = def.type === 'enum' ? Object.values(def.entries) : def.type === 'literal' ? def.values : CANDIDATES;
      return known.find((value) => z.safeParse(schema, value).success);
    }
  }
}

const isOptional = (schema: z.core.$ZodType): boolean => z.safeParse(schema, undefined).success;

const LEAVES: readonly string[] = [
  'number',
  'int',
  'boolean',
  'enum',
  'literal',
  'unknown',
  'null',
  'template_literal',
];

const CANDIDATES = [
  'x',
  1,
  true,
  null,
  crypto.randomUUID(),
  '2026-11-25',
  'person@example.test',
  'https://example.test',
];

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
