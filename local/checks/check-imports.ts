// Imports run one way: web → worker/api/**/*-schema (types only), worker → durable → migrations/schema. local/
// and bench/ import the others and nothing imports them. No circles. Vendor SDKs and the database driver stay in their folder.
import type { Import, ImportGraph } from './read-imports.ts';

type Area = { readonly folder: string; readonly mayImport: (target: string, isTypeOnly: boolean) => boolean };

/** The shapes of the API's requests and replies. */
const IS_API_SCHEMA = /^worker\/(api|http|wires)\/[\w/-]+-schema\.ts$/;

const AREAS: readonly Area[] = [
  {
    folder: 'web/',
    mayImport: (target, isTypeOnly) => isIn('web/', target) || (isTypeOnly && IS_API_SCHEMA.test(target)),
  },
  { folder: 'worker/', mayImport: (target) => isIn('worker/', target) || isIn('durable/', target) },
  { folder: 'durable/', mayImport: (target) => isIn('durable/', target) || isIn('migrations/schema', target) },
  { folder: 'packages/', mayImport: (target) => isIn('packages/', target) },
  { folder: 'migrations/', mayImport: (target) => isIn('migrations/', target) },
  { folder: 'local/', mayImport: (target) => !isIn('bench/', target) && !isIn('examples/', target) },
  { folder: 'bench/', mayImport: () => true },
  // A product of someone else. Its pages use the package for hosts; only its start script and its tests use our local stack.
  {
    folder: 'examples/',
    mayImport: (target) => ['examples/', 'web/embed/', 'local/'].some((folder) => isIn(folder, target)),
  },
];

/** Files that everything may import. They import only each other. */
const LEAVES = ['durable/principal.ts', 'durable/input-text.ts', 'durable/errors.ts', 'durable/env.ts'];

/** The interfaces between objects. They import only each other and the leaves, so that both sides can import them. */
const CONTRACTS = 'durable/contracts/';

/** Packages that one folder keeps from the rest of the Worker. */
const PACKAGE_HOMES: readonly { readonly package: RegExp; readonly home: string }[] = [
  { package: /^(@anthropic-ai\/sdk|openai)(\/|$)/, home: 'durable/providers/' },
  { package: /^(@neondatabase\/serverless|drizzle-orm\/neon-http)(\/|$)/, home: 'durable/postgres/' },
];

const IS_TEST = /\.(test|fixture)\.tsx?$/;

/** One line for each import that breaks a rule; empty if there is none. */
export function findImportProblems(graph: ImportGraph): string[] {
  const problems: string[] = [];
  for (const [file, imports] of graph) {
    for (const one of imports) {
      const reason = one.isOurs ? refuseOwn(file, one, graph) : refusePackage(file, one.target);
      if (reason !== null) problems.push(`${file} imports ${one.target}: ${reason}`);
    }
  }
  for (const circle of findCircles(graph)) problems.push(`circle: ${circle.join(' → ')}`);
  return problems;
}

function refuseOwn(file: string, { target, isTypeOnly }: Import, graph: ImportGraph): string | null {
  if (IS_TEST.test(target)) return IS_TEST.test(file) ? null : 'tests and fixtures are for tests only';
  if (LEAVES.includes(file)) return LEAVES.includes(target) ? null : 'a leaf imports only leaves';
  if (isIn(CONTRACTS, file) && !IS_TEST.test(file) && !isIn(CONTRACTS, target) && !LEAVES.includes(target)) {
    return 'contracts import only contracts and leaves';
  }
  const area = AREAS.find(({ folder }) => isIn(folder, file));
  // Tests and the tools' configuration at the root can import everything.
  if (area !== undefined && !IS_TEST.test(file) && !area.mayImport(target, isTypeOnly)) {
    return isIn('web/', file) ? 'web/ may import only the API schemas of worker/, as types' : 'a back import';
  }
  if (target.endsWith('.ts') || target.endsWith('.tsx')) return graph.has(target) ? null : 'there is no such file';
  return null;
}

function refusePackage(file: string, specifier: string): string | null {
  if (IS_TEST.test(file) || isIn('local/', file) || isIn('bench/', file)) return null;
  const rule = PACKAGE_HOMES.find((candidate) => candidate.package.test(specifier));
  return rule === undefined || isIn(rule.home, file) ? null : `only ${rule.home} may`;
}

/** Each circle once. Type imports count, because files that depend on each other's types change together. */
function findCircles(graph: ImportGraph): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) circles.push([...path.slice(start), file]);
    if (start !== -1 || done.has(file)) return;
    for (const { target, isOurs } of graph.get(file) ?? []) {
      if (isOurs) walk(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return circles;
}

function isIn(prefix: string, path: string): boolean {
  return path.startsWith(prefix);
}
