// `npm run check`: everything that CI runs besides the tests. Runs all checks, then says which failed.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findImportProblems } from './checks/check-imports.ts';
import { findRepositoryProblems, type TextFile } from './checks/check-repository.ts';
import { readImportGraph } from './checks/read-imports.ts';
import { measureFirstLoad } from './checks/web-size.ts';
import { DEPLOYED_WEB_DIR } from './web-build.ts';
import { PROJECT_ROOT } from './worker-options.ts';

const IGNORED = ['node_modules', '.git', 'dist', '.local', '.wrangler', 'coverage', '.dev.vars'];
const IS_TEXT = /(^|\/)(\.[\w.-]+|[\w-]+)$|\.(ts|tsx|mjs|js|json|jsonc|toml|sql|md|css|html|svg|txt|yml|yaml)$/;
const SOURCE = /^(web|worker|durable|migrations|local|bench)\/.*\.tsx?$/;

const CHECKS: readonly { readonly name: string; readonly run: () => string[] }[] = [
  { name: 'format and lint', run: () => runTool('biome', ['ci', '--error-on-warnings', '--colors=off', '.']) },
  { name: 'types', run: () => runTool('tsc', ['-b']) },
  {
    name: 'types of the bindings',
    run: () => runTool('wrangler', ['types', '--include-runtime=false', '--strict-vars=false', '--check']),
  },
  { name: 'imports', run: checkImports },
  { name: 'dead code', run: () => runTool('knip', ['--no-config-hints']) },
  { name: 'repository', run: () => findRepositoryProblems(listFiles().map(readText)) },
  { name: 'size of the page', run: checkWebSize },
];

let failures = 0;
for (const { name, run } of CHECKS) {
  const startedAt = performance.now();
  const problems = run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${problems.length === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) failures += 1;
}
console.log(failures === 0 ? 'all checks passed' : `${failures} of ${CHECKS.length} checks failed`);
process.exitCode = failures === 0 ? 0 : 1;

function runTool(name: string, args: readonly string[]): string[] {
  const { status, stdout, stderr, error } = spawnSync(join('node_modules', '.bin', name), args, {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
    // The pinned Node first: the tools' own first line asks for `node`.
    env: { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}` },
    shell: process.platform === 'win32',
  });
  if (status === 0) return [];
  return [error?.message ?? `${stdout}\n${stderr}`.trim()];
}

function checkImports(): string[] {
  const sources = listFiles().filter((path) => SOURCE.test(path) && !path.endsWith('.d.ts'));
  return findImportProblems(readImportGraph(PROJECT_ROOT, sources));
}

function checkWebSize(): string[] {
  const size = measureFirstLoad(DEPLOYED_WEB_DIR);
  if (size === null) return [];
  const words = `first load: ${(size.gzipBytes / 1000).toFixed(1)} kB gzip of script`;
  if (size.isTooLarge) return [`${words}; it may be 200 kB`];
  console.log(words);
  return [];
}

function listFiles(): string[] {
  return globSync(['**', '.*', '.ci/**'], {
    cwd: PROJECT_ROOT,
    withFileTypes: true,
    exclude: ({ name }) => IGNORED.includes(name),
  })
    .filter((entry) => entry.isFile() && !IGNORED.includes(entry.name))
    .map((entry) => relative(PROJECT_ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

function readText(path: string): TextFile {
  return { path, text: IS_TEXT.test(path) ? readFileSync(join(PROJECT_ROOT, path), 'utf8') : '' };
}
