// `npm test`: runs all test projects, or those that vitest's arguments select, and prints the totals last.
// `--changed [<ref>]` runs the tests that a change since the last commit, or since <ref>, can affect.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { PROJECT_ROOT } from './project-root.ts';
import { planRuns, readChangedFiles } from './testing/changed-tests.ts';

const RESULTS_DIR = join(PROJECT_ROOT, 'node_modules', '.cache', 'test-results');
const Results = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});
type Totals = { readonly passed: number; readonly failed: number; readonly skipped: number };

const args = process.argv.slice(2);
const isWatching = args.includes('--watch') || args.includes('watch');

try {
  if (isWatching) process.exitCode = await runVitest(args);
  else await runAndReport();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function runAndReport(): Promise<void> {
  rmSync(RESULTS_DIR, { recursive: true, force: true });
  mkdirSync(RESULTS_DIR, { recursive: true });
  const totals: Totals[] = [];
  for (const [index, run] of planRuns(args, readChangedFiles).entries()) {
    const file = join(RESULTS_DIR, `${index}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const exitCode = await runVitest(['run', ...reporters, ...run]);
    process.exitCode ||= exitCode;
    totals.push(readTotals(file, exitCode));
  }
  const sum = (of: keyof Totals): number => totals.reduce((total, part) => total + part[of], 0);
  if (process.exitCode === 0 && sum('passed') === 0) console.log('No test covers what changed.');
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`);
}

function runVitest(vitestArgs: readonly string[]): Promise<number> {
  const cli = join(PROJECT_ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [cli, ...vitestArgs], { cwd: PROJECT_ROOT, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function readTotals(file: string, exitCode: number): Totals {
  let results: z.infer<typeof Results>;
  try {
    results = Results.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Vitest wrote no results: it failed, or there was no test to run.
    return { passed: 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  }
  // A file that can't be loaded counts as one failure, because none of its tests ran.
  const unloaded = results.testResults.filter((test) => test.status === 'failed' && test.assertionResults.length === 0);
  const failed = results.numFailedTests + unloaded.length;
  return {
    passed: results.numPassedTests,
    // An error outside of all tests fails the run without belonging to one.
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
