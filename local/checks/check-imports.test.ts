import { describe, expect, it } from 'vitest';
import { findImportProblems } from './check-imports.ts';
import { parseImports } from './read-imports.ts';

describe('imports run one way', () => {
  const allowed: [string, string, string][] = [
    ['web takes types of the contract', 'web/api.ts', "import type { Session } from '../worker/contract.ts';"],
    ['web takes types of a part of it', 'web/api.ts', "import type { Role } from '../worker/members-contract.ts';"],
    ['the Worker uses what remembers', 'worker/index.ts', "export { Account } from '../durable/account/account.ts';"],
    ['durable reads the schema', 'durable/audit/drain.ts', "import { rows } from '../../migrations/schema.ts';"],
    ['local uses all', 'local/dev.ts', "import { createApp } from '../worker/app.ts';"],
    ['a test may start Postgres', 'durable/a.test.ts', "import { start } from '../local/postgres.ts';"],
    ['a test may use a fixture', 'worker/a.test.ts', "import { signIn } from './visitor.fixture.ts';"],
    ['the driver stays behind its door', 'durable/postgres/a.ts', "import { neon } from '@neondatabase/serverless';"],
  ];
  it.each(allowed)('%s', (_title, file, source) => {
    expect(problemsOf({ [file]: source })).toEqual([]);
  });

  const refused: [string, string, string][] = [
    ['web takes no values of the contract', 'web/api.ts', "import { Session } from '../worker/contract.ts';"],
    ['a type and a value are a value', 'web/api.ts', "import { type A, Session } from '../worker/contract.ts';"],
    ['web knows no durable types', 'web/api.ts', "import type { Access } from '../durable/principal.ts';"],
    ['web knows no durable types by import()', 'web/a.ts', "type A = import('../durable/principal.ts').Access;"],
    ['durable does not reach back', 'durable/turn.ts', "import type { App } from '../worker/app.ts';"],
    ['durable does not reach back lazily', 'durable/turn.ts', "await import('../worker/app.ts');"],
    ['durable does not pass on', 'durable/turn.ts', "export { App } from '../worker/app.ts';"],
    ['the Worker does not know the schema', 'worker/app.ts', "import { rows } from '../migrations/schema.ts';"],
    ['migrations know nobody', 'migrations/schema.ts', "import { Plan } from '../durable/principal.ts';"],
    ['nothing imports local', 'worker/app.ts', "import { startStack } from '../local/stack.ts';"],
    ['nothing imports bench', 'local/stack.ts', "import { run } from '../bench/run.ts';"],
    ['nothing but tests imports a fixture', 'worker/app.ts', "import { signIn } from './visitor.fixture.ts';"],
    ['nothing imports a test', 'worker/app.ts', "import { fixture } from './app.test.ts';"],
    ['a leaf imports nothing', 'durable/errors.ts', "import { Plan } from './principal.ts';"],
    ['vendors stay behind their door', 'durable/turn.ts', "import OpenAI from 'openai';"],
    ['the driver stays behind its door', 'worker/app.ts', "import { neon } from '@neondatabase/serverless';"],
  ];
  it.each(refused)('%s', (_title, file, source) => {
    expect(problemsOf({ [file]: source })).toHaveLength(1);
  });

  it('an import of a file that is not there is named', () => {
    const graph = new Map([['worker/app.ts', parseImports('worker/app.ts', "import './gone.ts';")]]);
    expect(findImportProblems(graph)).toEqual(['worker/app.ts imports worker/gone.ts: there is no such file']);
  });
});

describe('circles', () => {
  it('are found whatever their length, once each', () => {
    const problems = problemsOf({
      'durable/a.ts': "import './b.ts';",
      'durable/b.ts': "import './c.ts';",
      'durable/c.ts': "import { a } from './a.ts';",
    });
    expect(problems).toEqual(['circle: durable/a.ts → durable/b.ts → durable/c.ts → durable/a.ts']);
  });

  it('of types are circles too', () => {
    const sources = { 'durable/a.ts': "import type { B } from './b.ts';", 'durable/b.ts': "export * from './a.ts';" };
    expect(problemsOf(sources)).toHaveLength(1);
  });

  it('are not seen through the type of a remote object', () => {
    const stub = (kind: string) => ({
      'durable/a-stub.ts': `import ${kind} { A } from './a.ts';`,
      'durable/a.ts': "import { aOf } from './a-stub.ts';",
    });
    expect(problemsOf(stub('type'))).toEqual([]);
    expect(problemsOf(stub(''))).toHaveLength(1);
  });

  it('are not seen where two files share a third', () => {
    const sources = { 'web/a.ts': "import './b.ts'; import './c.ts';", 'web/b.ts': "import './c.ts';", 'web/c.ts': '' };
    expect(problemsOf(sources)).toEqual([]);
  });
});

/** Checks the given files; files that they import and that are not given exist and are empty. */
function problemsOf(sources: Record<string, string>): string[] {
  const graph = new Map(Object.entries(sources).map(([file, source]) => [file, parseImports(file, source)]));
  for (const { target, isOurs } of [...graph.values()].flat()) if (isOurs && !graph.has(target)) graph.set(target, []);
  return findImportProblems(graph);
}
