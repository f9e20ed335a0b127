import { describe, expect, it } from 'vitest';
import { findRepositoryProblems } from './check-repository.ts';

const lockWith = (entry: object) => JSON.stringify({ packages: { 'node_modules/a': entry } });

describe('the repository check', () => {
  it('passes a tidy repository', () => {
    const files = [
      { path: 'package-lock.json', text: '{ "packages": { "node_modules/a": { "version": "1.0.0" } } }' },
      { path: 'migrations/0001_create_orgs.sql', text: '-- Every tenant is an org.\n' },
      { path: 'migrations/0002_create_ai_messages.sql', text: '-- Messages outlive objects.\n' },
      {
        path: 'migrations/functions/orgs.sql',
        text: '-- Who belongs where.\ncreate or replace function f() returns void\n',
      },
      { path: 'web/chat/keys.ts', text: "document.addEventListener('keydown', onKey);\n" },
      { path: 'README.md', text: 'See /work for more, ./home/page/ and https://example.com/root/x.\n' },
    ];
    expect(findRepositoryProblems(files)).toEqual([]);
  });

  const broken: [string, string, string][] = [
    ['a lock file that names a registry', 'package-lock.json', lockWith({ resolved: 'https://example.com/a.tgz' })],
    ['a lock file without other platforms', 'package-lock.json', lockWith({ optionalDependencies: { 'a-mac': '1' } })],
    ['a home folder', 'README.md', ['cd ', 'home', 'kim', 'groundwire'].join('/')],
    ['a home folder on a Mac', 'local/dev.ts', ['', 'Users', 'kim', 'groundwire'].join('/')],
    ['the folder of root', '.ci/run', ['cp a ', 'root', '.npmrc'].join('/')],
    ['a registry', '.npmrc', ['registry=https://registry', 'example', 'com'].join('.')],
    ['a source file that is too long', 'durable/turn.ts', 'a\n'.repeat(501)],
    ['a migration without a number', 'migrations/create_orgs.sql', '-- why\n'],
    ['a migration without a reason', 'migrations/0001_create_orgs.sql', 'create table orgs ();\n'],
    ['a function in a migration', 'migrations/0001_create_orgs.sql', '-- why\ncreate function f() returns void\n'],
    ['a function file without a reason', 'migrations/functions/orgs.sql', 'grant execute on function f() to a;\n'],
    ['a function file that runs once', 'migrations/functions/orgs.sql', '-- why\ncreate function f() returns void\n'],
    ['a key listener on the window', 'web/chat/keys.ts', "addEventListener('keydown', onKey);\n"],
    ['a key listener on window', 'web/chat/keys.ts', "window.addEventListener('keyup', onKey);\n"],
    ['a handler that looks at composition', 'web/chat/keys.ts', 'if (event.isComposing) return;\n'],
    ['a lazy part that can’t recover', 'web/chat/page.tsx', "const Page = lazy(() => import('./a.tsx'));\n"],
    ['a function file that changes rows', 'migrations/functions/orgs.sql', '-- why\ninsert into orgs values (1);\n'],
  ];
  it.each(broken)('refuses %s', (_title, path, text) => {
    expect(findRepositoryProblems([{ path, text }])).toHaveLength(1);
  });

  it('refuses a gap and a number used twice', () => {
    const text = '-- why\n';
    const gap = ['migrations/0001_create_a.sql', 'migrations/0003_create_b.sql'].map((path) => ({ path, text }));
    expect(findRepositoryProblems(gap)).toEqual(['migrations/0003_create_b.sql should be number 0002']);
    const twice = ['migrations/0001_create_a.sql', 'migrations/0001_create_b.sql'].map((path) => ({ path, text }));
    expect(findRepositoryProblems(twice)).toEqual(['migrations/0001_create_b.sql should be number 0002']);
  });
});
