import { describe, expect, it } from 'vitest';
import { findImportProblems } from './check-imports.ts';
import { parseImports } from './read-imports.ts';

describe('imports run one way', () => {
  const allowed: [string, string, string][] = [
    [
      'web takes types of an API schema',
      'web/api.ts',
      "import type { Session } from '../worker/api/sessions/sessions-schema.ts';",
    ],
    [
      'web takes types of a resource',
      'web/api.ts',
      "import type { Role } from '../worker/api/members/members-schema.ts';",
    ],
    ['the Worker uses what remembers', 'worker/index.ts', "export { Account } from '../durable/account/account.ts';"],
    ['durable reads the schema', 'durable/outbox/drain.ts', "import { rows } from '../../migrations/schema/core.ts';"],
    ['local uses all', 'local/dev.ts', "import { createApp } from '../worker/app.ts';"],
    ['a test may start Postgres', 'durable/a.test.ts', "import { start } from '../local/postgres.ts';"],
    ['a test may use a fixture', 'worker/a.test.ts', "import { signIn } from './visitor.fixture.ts';"],
    ['a contract imports a leaf', 'durable/contracts/account.ts', "import type { ErrorCode } from '../errors.ts';"],
    ['a contract imports a contract', 'durable/contracts/account.ts', "import { RunId } from './transcript.ts';"],
    ['a contract imports zod', 'durable/contracts/account.ts', "import * as z from 'zod';"],
    ['the driver stays behind its door', 'durable/postgres/a.ts', "import { neon } from '@neondatabase/serverless';"],
  ];
  it.each(allowed)('%s', (_title, file, source) => {
    expect(problemsOf({ [file]: source })).toEqual([]);
  });

  const refused: [string, string, string][] = [
    [
      'web takes no values of an API schema',
      'web/api.ts',
      "import { Session } from '../worker/api/sessions/sessions-schema.ts';",
    ],
    [
      'a type and a value are a value',
      'web/api.ts',
      "import { type A, Session } from '../worker/api/sessions/sessions-schema.ts';",
    ],
    ['web knows no durable types', 'web/api.ts', "import type { Access } from '../durable/principal.ts';"],
    ['web knows no durable types by import()', 'web/a.ts', "type A = import('../durable/principal.ts').Access;"],
    ['durable does not reach back', 'durable/turn.ts', "import type { App } from '../worker/app.ts';"],
    ['durable does not reach back lazily', 'durable/turn.ts', "await import('../worker/app.ts');"],
    ['durable does not pass on', 'durable/turn.ts', "export { App } from '../worker/app.ts';"],
    ['the Worker does not know the schema', 'worker/app.ts', "import { rows } from '../migrations/schema/core.ts';"],
    [
      'migrations import no other folder',
      'migrations/schema/core.ts',
      "import { Plan } from '../../durable/principal.ts';",
    ],
    ['nothing imports local', 'worker/app.ts', "import { startStack } from '../local/stack.ts';"],
    ['nothing imports bench', 'local/dev.ts', "import { run } from '../bench/run.ts';"],
    ['nothing but tests imports a fixture', 'worker/app.ts', "import { signIn } from './visitor.fixture.ts';"],
    ['nothing imports a test', 'worker/app.ts', "import { fixture } from './app.test.ts';"],
    ['a leaf imports only leaves', 'durable/errors.ts', "import { logFailure } from './log.ts';"],
    [
      'a contract imports no other folder',
      'durable/contracts/account.ts',
      "import type { Run } from '../conversation/run/runs.ts';",
    ],
    [
      'a contract imports no other file of durable',
      'durable/contracts/account.ts',
      "import { now } from '../clock.ts';",
    ],
    ['vendors stay behind their door', 'durable/turn.ts', "import OpenAI from 'openai';"],
    ['the driver stays behind its door', 'worker/app.ts', "import { neon } from '@neondatabase/serverless';"],
  ];
  it.each(refused)('%s', (_title, file, source) => {
    expect(problemsOf({ [file]: source })).toHaveLength(1);
  });

  it('reports an import of a missing file', () => {
    const graph = new Map([['worker/app.ts', parseImports('worker/app.ts', "import './gone.ts';")]]);
    expect(findImportProblems(graph)).toEqual(['worker/app.ts imports worker/gone.ts: there is no such file']);
  });
});

describe('circles', () => {
  it('are reported once each, regardless of length', () => {
    const problems = problemsOf({
      'durable/a.ts': "import './b.ts';",
      'durable/b.ts': "import './c.ts';",
      'durable/c.ts': "import { a } from './a.ts';",
    });
    expect(problems).toEqual(['circle: durable/a.ts → durable/b.ts → durable/c.ts → durable/a.ts']);
  });

  it('include those of types', () => {
    const sources = { 'durable/a.ts': "import type { B } from './b.ts';", 'durable/b.ts': "export * from './a.ts';" };
    expect(problemsOf(sources)).toHaveLength(1);
  });

  it('do not include two files that share a third', () => {
    const sources = { 'web/a.ts': "import './b.ts'; import './c.ts';", 'web/b.ts': "import './c.ts';", 'web/c.ts': '' };
    expect(problemsOf(sources)).toEqual([]);
  });
});

/** Checks the given files. Other files that they import exist and are empty. */
function problemsOf(sources: Record<string, string>): string[] {
  const graph = new Map(Object.entries(sources).map(([file, source]) => [file, parseImports(file, source)]));
  for (const { target, isOurs } of [...graph.values()].flat()) if (isOurs && !graph.has(target)) graph.set(target, []);
  return findImportProblems(graph);
}
