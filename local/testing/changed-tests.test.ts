import { describe, expect, it } from 'vitest';
import { findTouched, planRuns } from './changed-tests.ts';

const changing =
  (...files: string[]) =>
  (): string[] =>
    files;

describe('planRuns', () => {
  it('passes arguments on when nothing is asked of changes', () => {
    const args = ['--project', 'unit', 'durable/errors.test.ts'];
    expect(planRuns(args, changing('worker/app.ts'))).toEqual([args]);
  });

  it('runs workerd and e2e whole, and the others by imports, when the Worker changed', () => {
    expect(planRuns(['--changed'], changing('durable/budget/budget.ts'))).toEqual([
      ['--project=unit', '--project=postgres', '--changed', '--passWithNoTests'],
      ['--project=workerd', '--project=e2e'],
    ]);
  });

  it('runs everything by imports when only tests changed', () => {
    expect(planRuns(['--changed'], changing('worker/app.test.ts'))).toEqual([
      ['--project=unit', '--project=postgres', '--project=workerd', '--project=e2e', '--changed', '--passWithNoTests'],
    ]);
  });

  it('keeps to the projects that are named', () => {
    expect(planRuns(['--changed', '--project', 'unit'], changing('worker/app.ts'))).toEqual([
      ['--project=unit', '--changed', '--passWithNoTests'],
    ]);
    expect(planRuns(['--project=e2e', '--changed'], changing('web/api.ts'))).toEqual([['--project=e2e']]);
  });

  it.each([[['--changed=main']], [['--changed', 'main']]])('compares with the ref that %j names', (args) => {
    const asked: (string | undefined)[] = [];
    const [byImports] = planRuns(args, (since) => {
      asked.push(since);
      return [];
    });
    expect(asked).toEqual(['main']);
    expect(byImports).toContain('--changed=main');
    expect(byImports).not.toContain('main');
  });

  it('takes a file after --changed for a filter', () => {
    const [byImports] = planRuns(['--changed', 'durable/errors.test.ts'], changing());
    expect(byImports).toContain('--changed');
    expect(byImports).toContain('durable/errors.test.ts');
  });
});

describe('findTouched', () => {
  it.each([
    ['a page', 'web/chat/chat.tsx', ['e2e']],
    ['the Worker', 'worker/app.ts', ['workerd', 'e2e']],
    ['a migration', 'migrations/0001_roles.sql', ['postgres', 'workerd', 'e2e']],
    ['the demo data', 'local/demo-data/demo-people.ts', ['postgres', 'workerd', 'e2e']],
    ['a repeatable function', 'migrations/functions/claim.sql', ['postgres', 'workerd', 'e2e']],
    ['the migration runner', 'migrations/sql-files.ts', ['postgres', 'workerd', 'e2e']],
    ['a test of the Worker', 'worker/app.workerd.test.ts', []],
    ['a document', 'docs/errors.md', ['unit']],
    ['a style sheet', 'web/design/tokens.css', ['unit', 'e2e']],
    ['a command', 'local/dev.ts', ['e2e']],
    ['the admin commands', 'local/admin/admin.ts', ['postgres']],
    ['the demo model', 'local/demo-model/answer.ts', ['workerd', 'e2e']],
    ['the set-up of the tests', 'vitest.config.ts', ['unit', 'postgres', 'workerd', 'e2e']],
  ])('%s touches the whole of the projects that run it', (_what, file, projects) => {
    expect(findTouched([file])).toEqual(projects);
  });
});
