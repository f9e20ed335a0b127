// `npm test`: builds what the tests need, runs all projects (or what the arguments say, as vitest takes them), and
// ends with the totals.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { requireChromium } from './browser.ts';
import { StackError } from './stack-error.ts';
import { buildWeb, DEPLOYED_WEB_DIR } from './web-build.ts';
import { PROJECT_ROOT } from './worker-options.ts';

const RESULTS_FILE = join(PROJECT_ROOT, 'node_modules', '.cache', 'test-results.json');
const Results = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullable() }),
      ),
    }),
  ),
});
type Results = z.infer<typeof Results>;

const args = process.argv.slice(2);
const isWatching = args.includes('--watch') || args.includes('watch');
rmSync(RESULTS_FILE, { force: true });
mkdirSync(dirname(RESULTS_FILE), { recursive: true });
try {
  if (includesProject('e2e') || includesProject('workerd')) await buildWeb(DEPLOYED_WEB_DIR);
  if (includesProject('e2e')) requireChromium();
  process.exitCode = await runVitest();
} catch (error) {
  console.error(`error: ${error instanceof StackError || error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
if (!isWatching) report();

function includesProject(name: string): boolean {
  const chosen = args.flatMap((arg, index) => {
    if (arg.startsWith('--project=')) return [arg.slice('--project='.length)];
    return args[index - 1] === '--project' ? [arg] : [];
  });
  return chosen.length === 0 || chosen.includes(name);
}

function runVitest(): Promise<number> {
  const cli = join(PROJECT_ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS_FILE}`];
  const mode = isWatching ? [] : ['run'];
  const child = spawn(process.execPath, [cli, ...mode, ...(isWatching ? [] : reporters), ...args], {
    cwd: PROJECT_ROOT,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function report(): void {
  const results = readResults();
  for (const line of results === null ? [] : secondTries(results)) console.log(line);
  console.log(results === null ? '0 passed, 1 failed' : countResults(results));
  if (results === null) process.exitCode ||= 1;
}

/** Null where vitest did not get as far as writing results. */
function readResults(): Results | null {
  try {
    return Results.parse(JSON.parse(readFileSync(RESULTS_FILE, 'utf8')));
  } catch {
    return null;
  }
}

/** A test that passed after it had failed is worth a look: which, and why it failed. */
function secondTries({ testResults }: Results): string[] {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === 'passed' && (failureMessages?.length ?? 0) > 0)
      .map(
        ({ fullName, failureMessages }) =>
          `Passed at the second try: ${relative(PROJECT_ROOT, name)} > ${fullName}\n${failureMessages?.join('\n')}\n`,
      ),
  );
}

/** A file that could not be loaded counts as one failure: none of its tests ran. */
function countResults(results: Results): string {
  const unloaded = results.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.length);
  const skipped = results.numPendingTests + results.numTodoTests;
  let failed = results.numFailedTests + unloaded.length;
  // An error outside of any test: vitest fails, and no test says so.
  if (failed === 0 && process.exitCode !== 0) failed = 1;
  return `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
