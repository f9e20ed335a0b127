// Reads the imports of each source file, with a separate parser because TypeScript 7 has no compiler API.
import { readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

export type Import = {
  /** For our own files, the path from the project's root; otherwise the specifier as written. */
  readonly target: string;
  readonly isOurs: boolean;
  /** True for a type import. */
  readonly isTypeOnly: boolean;
};

/** File path (from the root, with `/`) → what it imports. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

export function readImportGraph(root: string, files: readonly string[]): ImportGraph {
  return new Map(files.map((file) => [file, parseImports(file, readFileSync(posix.join(root, file), 'utf8'))]));
}

export function parseImports(file: string, source: string): Import[] {
  const { module, program, errors } = parseSync(file, source);
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`);
  const imports: Import[] = [];
  const add = (specifier: string, isTypeOnly: boolean) => {
    const isOurs = specifier.startsWith('.');
    const target = isOurs ? posix.join(dirname(file), specifier) : specifier;
    imports.push({ target, isOurs, isTypeOnly });
  };
  for (const { moduleRequest, entries } of module.staticImports) {
    add(moduleRequest.value, entries.length > 0 && entries.every((entry) => entry.isType));
  }
  for (const { entries } of module.staticExports) {
    for (const entry of entries) if (entry.moduleRequest) add(entry.moduleRequest.value, entry.isType);
  }
  new Visitor({
    ImportExpression: ({ source: specifier }) => {
      if (specifier.type === 'Literal' && typeof specifier.value === 'string') add(specifier.value, false);
    },
    TSImportType: ({ source: specifier }) => add(specifier.value, true),
  }).visit(program);
  return imports;
}
