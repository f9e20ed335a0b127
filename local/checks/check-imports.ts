// Imports run one way: web → worker/contract and its parts (types only), worker → durable → migrations/schema. local/
// and bench/ import the others and nothing imports them. No circles. Vendor SDKs and the database driver stay in their folder.
import type { Import, ImportGraph } from './read-imports.ts';

type Area = { readonly folder: string; readonly mayImport: (target: string, isTypeOnly: boolean) => boolean };

/** The shapes of the API, in one file or a few. */
const IS_CONTRACT = /^worker\/([\w-]+-)?contract\.ts$/;

const AREAS: readonly Area[] = [
  {
    folder: 'web/',
    mayImport: (target, isTypeOnly) => isIn('web/', target) || (isTypeOnly && IS_CONTRACT.test(target)),
  },
  { folder: 'worker/', mayImport: (target) => isIn('worker/', target) || isIn('durable/', target) },
  { folder: 'durable/', mayImport: (target) => isIn('durable/', target) || isIn('migrations/schema', target) },
  { folder: 'migrations/', mayImport: (target) => isIn('migrations/', target) },
  { folder: 'local/', mayImport: (target) => !isIn('bench/', target) },
  { folder: 'bench/', mayImport: () => true },
];

/** Files that all the others lean on; they import nothing of ours, so that they can never be part of a circle. */
const LEAVES = ['durable/principal.ts', 'durable/errors.ts', 'durable/env.ts'];

/** Packages that one folder keeps from the rest of the Worker. */
const PACKAGE_HOMES: readonly { readonly package: RegExp; readonly home: string }[] = [
  { package: /^(@anthropic-ai\/sdk|openai)(\/|$)/, home: 'durable/providers/' },
  { package: /^(@neondatabase\/serverless|drizzle-orm\/neon-http)(\/|$)/, home: 'durable/postgres/' },
];

const IS_TEST = /\.(test|fixture)\.tsx?$/;
/** Addresses an object by the type of its class. The object is remote: neither loads the other. */
const IS_STUB = /-stub\.ts$/;

/** One line for each import that breaks a rule; empty when all is well. */
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
  if (LEAVES.includes(file)) return 'a leaf imports nothing of ours';
  const area = AREAS.find(({ folder }) => isIn(folder, file));
  // A test may use the local stack and whatever else it needs; so may the tools' configuration at the root.
  if (area !== undefined && !IS_TEST.test(file) && !area.mayImport(target, isTypeOnly)) {
    return isIn('web/', file) ? 'web/ may import the contract of worker/ only, and types only' : 'a back import';
  }
  if (target.endsWith('.ts') || target.endsWith('.tsx')) return graph.has(target) ? null : 'there is no such file';
  return null;
}

function refusePackage(file: string, specifier: string): string | null {
  if (IS_TEST.test(file) || isIn('local/', file) || isIn('bench/', file)) return null;
  const rule = PACKAGE_HOMES.find((candidate) => candidate.package.test(specifier));
  return rule === undefined || isIn(rule.home, file) ? null : `only ${rule.home} may`;
}

/** Each circle once, types included: a circle of types is a circle of reasons to change. */
function findCircles(graph: ImportGraph): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) circles.push([...path.slice(start), file]);
    if (start !== -1 || done.has(file)) return;
    for (const { target, isOurs, isTypeOnly } of graph.get(file) ?? []) {
      if (isOurs && !(isTypeOnly && IS_STUB.test(file))) walk(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return circles;
}

function isIn(prefix: string, path: string): boolean {
  return path.startsWith(prefix);
}
