// `npm run test:security`: runs the tests of the security requirements and prints how many cases each has. These are all of
// docs/requirements.md but those on reliability. Some plant a hole, such as a dropped policy, and pass only if the other checks
// notice it.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { findMarkedTests } from './checks/requirement-tests.ts';
import { PROJECT_ROOT } from './project-root.ts';

const RESULTS = join(PROJECT_ROOT, 'node_modules', '.cache', 'test-results', 'security.json');
const Results = z.object({
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
});

const files = globSync('{web,worker,durable,migrations,local}/**/*.test.{ts,tsx}', { cwd: PROJECT_ROOT }).map(
  (path) => ({ path, text: readFileSync(join(PROJECT_ROOT, path), 'utf8') }),
);
const definitions = readFileSync(join(PROJECT_ROOT, 'docs', 'requirements.md'), 'utf8');
const sections = definitions.split(/^(?=## )/m).filter((section) => !section.startsWith('## Reliability'));
const ids = sections.flatMap((section) => [...section.matchAll(/^\| (R\d+) \|/gm)].map(([, id = '']) => id));
const marked = findMarkedTests(files);
const chosen = new Set(ids.flatMap((id) => (marked.get(id) ?? []).map(({ file }) => file)));

mkdirSync(dirname(RESULTS), { recursive: true });
rmSync(RESULTS, { force: true });
const cli = join(PROJECT_ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${RESULTS}`];
const run = spawnSync(process.execPath, [cli, 'run', ...reporters, '-t', `\\b(${ids.join('|')})\\b`, ...chosen], {
  cwd: PROJECT_ROOT,
  stdio: 'inherit',
});

const cases = Results.parse(JSON.parse(readFileSync(RESULTS, 'utf8'))).testResults.flatMap(
  ({ assertionResults }) => assertionResults,
);
let isProven = run.status === 0;
for (const id of ids) {
  const own = cases.filter(({ fullName }) => new RegExp(`\\b${id}\\b`).test(fullName));
  const passed = own.filter(({ status }) => status === 'passed').length;
  const failed = own.filter(({ status }) => status === 'failed').length;
  const [sentence = ''] = new RegExp(`^\\| ${id} \\| (.*?)(?:[.:,] | \\|)`, 'm').exec(definitions)?.slice(1) ?? [];
  console.log(
    `${id.padEnd(4)}${String(passed).padStart(5)} passed${failed > 0 ? `, ${failed} failed` : ''}  ${sentence}`,
  );
  // A requirement without a case would be a promise without a proof.
  if (passed === 0 || failed > 0) isProven = false;
}
console.log(isProven ? 'all security requirements hold' : 'some security requirements do not hold');
process.exitCode = isProven ? 0 : 1;
