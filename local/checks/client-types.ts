// The types of @groundwire/client, from the OpenAPI document.

type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly description?: string;
};

/** What the client's methods take and return. Schemas that they refer to are added. */
const ROOTS = [
  'Confirmation',
  'Decided',
  'ListedSession',
  'Message',
  'MessageList',
  'NewSession',
  'Problem',
  'Session',
  'SessionChange',
  'SessionList',
];

const HEADER = `// Generated from the OpenAPI document. After a change there, run
// \`npm test -- --project unit client-types -u\`.
`;

const REFERENCE = '#/components/schemas/';

/** @param schemas `components.schemas` of the document */
export function renderClientTypes(schemas: Readonly<Record<string, unknown>>): string {
  const names = new Set<string>();
  const add = (name: string): void => {
    if (names.has(name)) return;
    if (!schemas[name]) throw new Error(`the OpenAPI document has no schema ${name}`);
    names.add(name);
    for (const [, other = ''] of JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      add(other);
  };
  for (const root of ROOTS) add(root);
  const types = [...names].sort().map((name) => `export type ${name} = ${render(schemas[name] as Schema)};`);
  return `${HEADER}\n${types.join('\n\n')}\n`;
}

function render(schema: Schema, indent = ''): string {
  if (schema.$ref) return schema.$ref.slice(REFERENCE.length);
  if ('const' in schema) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return union.map((member) => render(member, indent)).join(' | ');
  if (schema.allOf) return schema.allOf.map((member) => `(${render(member, indent)})`).join(' & ');
  const kinds = [schema.type ?? []].flat();
  return kinds.length === 0 ? 'unknown' : kinds.map((kind) => renderKind(kind, schema, indent)).join(' | ');
}

function renderKind(kind: string, schema: Schema, indent: string): string {
  if (kind === 'integer' || kind === 'number') return 'number';
  if (kind === 'array') return `readonly (${schema.items ? render(schema.items, indent) : 'unknown'})[]`;
  return kind === 'object' ? renderObject(schema, indent) : kind;
}

function renderObject({ properties = {}, required = [], additionalProperties }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, member]) => {
    const said = member.description ? `${inner}/** ${member.description.replaceAll('*/', '* /')} */\n` : '';
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
    return `${said}${inner}readonly ${key}${required.includes(name) ? '' : '?'}: ${render(member, inner)};`;
  });
  // Servers of newer releases may add members, so closed objects are no closed types.
  const isRecord = members.length === 0 && additionalProperties !== false;
  if (isRecord) {
    const value = typeof additionalProperties === 'object' ? render(additionalProperties, inner) : 'unknown';
    return `Readonly<Record<string, ${value}>>`;
  }
  return members.length === 0 ? 'Readonly<Record<string, never>>' : `{\n${members.join('\n')}\n${indent}}`;
}

const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : JSON.stringify(value);
