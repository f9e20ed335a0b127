// `npm run check`: everything that CI runs besides the tests. Runs as many checks at once as there are cores, then lists
// those that failed.
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { findDocProblems } from './checks/check-docs.ts';
import { findImportProblems } from './checks/check-imports.ts';
import { findRepositoryProblems, type TextFile } from './checks/check-repository.ts';
import { findWordProblems } from './checks/check-words.ts';
import { findModelDocProblems } from './checks/model-docs.ts';
import { readImportGraph } from './checks/read-imports.ts';
import { findRequirementProblems } from './checks/requirement-tests.ts';
import { findScaleDocProblems } from './checks/scale-docs.ts';
import { measureEmbedScript, measureFirstLoad, measureWorker, type ScriptSize } from './checks/script-size.ts';
import { PROJECT_ROOT } from './project-root.ts';
import { DEPLOYED_WEB_DIR } from './stack/worker/web-build.ts';

const IGNORED = ['node_modules', '.git', 'dist', '.local', '.wrangler', 'coverage', '.dev.vars'];
const IS_TEXT = /(^|\/)(\.[\w.-]+|[\w-]+)$|\.(ts|tsx|mjs|js|json|jsonc|toml|sql|md|css|html|svg|txt|yml|yaml)$/;
const SOURCE = /^(web|worker|durable|migrations|local|bench|examples|packages)\/.*\.tsx?$/;

type Check = { readonly name: string; readonly run: () => string[] | Promise<string[]> };

/** The slowest first, so that the others run beside them. */
const CHECKS: readonly Check[] = [
  { name: 'types', run: () => runTool('tsc', ['-b']) },
  { name: 'dead code', run: () => runTool('knip', ['--no-config-hints']) },
  { name: 'format and lint', run: () => runTool('biome', ['ci', '--error-on-warnings', '--colors=off', '.']) },
  {
    name: 'types of the bindings',
    run: () => runTool('wrangler', ['types', '--include-runtime=false', '--strict-vars=false', '--check']),
  },
  { name: 'imports', run: checkImports },
  { name: 'repository', run: () => findRepositoryProblems(readAll()) },
  { name: 'requirements', run: () => findRequirementProblems(readAll()) },
  { name: 'models', run: () => findModelDocProblems(readAll()) },
  { name: 'cost', run: () => findScaleDocProblems(readAll()) },
  { name: 'docs', run: () => findDocProblems(readAll()) },
  { name: 'words', run: () => findWordProblems(readAll()) },
  { name: 'size of the page', run: () => checkSize('first load', measureFirstLoad(DEPLOYED_WEB_DIR)) },
  { name: 'size of the embed script', run: () => checkSize('embed.js', measureEmbedScript(DEPLOYED_WEB_DIR)) },
  { name: 'size of the Worker', run: async () => checkSize('deployed Worker', await measureWorker()) },
];

let texts: TextFile[] | undefined;
let failures = 0;
const waiting = CHECKS.values();
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, runChecks));
console.log(failures === 0 ? 'all checks passed' : `${failures} of ${CHECKS.length} checks failed`);
process.exitCode = failures === 0 ? 0 : 1;

async function runChecks(): Promise<void> {
  for (const { name, run } of waiting) {
    const startedAt = performance.now();
    const problems = await run();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log([`${problems.length === 0 ? '✓' : '✗'} ${name} (${seconds} s)`, ...problems].join('\n'));
    if (problems.length > 0) failures += 1;
  }
}

function runTool(name: string, args: readonly string[]): Promise<string[]> {
  const options = {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    // The pinned Node comes first on the path, because the tools' shebang runs `node`.
    env: { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}` },
    shell: process.platform === 'win32',
  } as const;
  return new Promise((resolve) => {
    execFile(join('node_modules', '.bin', name), args, options, (error, stdout, stderr) => {
      resolve(error === null ? [] : [`${stdout}\n${stderr}`.trim() || error.message]);
    });
  });
}

/** Every file of the repository, read once. */
function readAll(): TextFile[] {
  texts ??= listFiles().map(readText);
  return texts;
}

function checkImports(): string[] {
  const sources = listFiles().filter((path) => SOURCE.test(path) && !path.endsWith('.d.ts'));
  return findImportProblems(readImportGraph(PROJECT_ROOT, sources));
}

function checkSize(what: string, size: ScriptSize | null): string[] {
  if (size === null) return [];
  const words = `${what}: ${(size.gzipBytes / 1000).toFixed(1)} kB gzip of script`;
  if (size.gzipBytes > size.maxBytes) return [`${words}; the limit is ${size.maxBytes / 1000} kB`];
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
