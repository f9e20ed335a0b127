// Decides what `--changed` runs. Vitest follows imports from a changed file to its tests. It can't see other dependencies:
// the Worker in workerd, the pages in the browser, the database with its migrations, commands that tests start, and files
// that tests read. If one of these changed, the projects that use it run completely.
import { execFileSync } from 'node:child_process';
import { PROJECT_ROOT } from '../project-root.ts';

const PROJECTS = ['unit', 'postgres', 'workerd', 'e2e'] as const;
type Project = (typeof PROJECTS)[number];

const IS_TEST = /\.(test|fixture)\.tsx?$/;

/** The projects in which every test can be affected by a change of these files. */
const RUN_COMPLETELY: readonly (readonly [RegExp, readonly Project[]])[] = [
  // Affect how every test runs.
  [/^(vitest\.config\.ts|package(-lock)?\.json|local\/testing\/.*\.ts)$/, PROJECTS],
  // Create the database, in global set-ups, which no test imports.
  [
    /^(migrations\/(functions\/.*|[^/]*)\.(sql|ts)|local\/(postgres|demo-data)\/.*\.ts)$/,
    ['postgres', 'workerd', 'e2e'],
  ],
  // Run in workerd, or serve code that does.
  [/^(worker|durable|migrations|local\/demo-model)\/.*\.ts$|^wrangler\.toml$/, ['workerd', 'e2e']],
  [/^web\/.*\.(tsx?|css|html)$/, ['e2e']],
  // Tests start these as commands.
  [/^local\/(bootstrap\.mjs|dev\.ts|build\.ts|stack\/.*\.ts)$/, ['e2e']],
  [/^local\/admin\/.*\.ts$/, ['postgres']],
  // Served, bundled or run as SQL by the example.
  [/^examples\/.*\.(tsx|css|svg|sql|js)$/, ['postgres', 'e2e']],
  // Tests read documents, styles and settings from the disk.
  [/\.(md|css|json|toml)$/, ['unit']],
];

/**
 * The vitest runs that these arguments request, each as its arguments.
 * @param readChanged returns the files that changed since a ref, as paths from the project's folder
 */
export function planRuns(args: readonly string[], readChanged: (since: string | undefined) => string[]): string[][] {
  const at = args.findIndex((arg) => /^--changed(=|$)/.test(arg));
  if (at === -1) return [[...args]];
  const next = args[at + 1];
  const since = args[at]?.split('=')[1] ?? (next !== undefined && isRef(next) ? next : undefined);
  const rest = args.filter((arg, index) => index !== at && !(index === at + 1 && arg === since));
  const chosen = projectsIn(rest);
  const others = rest.filter((arg, index) => !arg.startsWith('--project') && rest[index - 1] !== '--project');
  const whole = findTouched(readChanged(since)).filter((project) => chosen.includes(project));
  const byImports = chosen.filter((project) => !whole.includes(project));
  const changed = since === undefined ? '--changed' : `--changed=${since}`;
  return [
    ...(byImports.length > 0 ? [[...byImports.map(named), changed, '--passWithNoTests', ...others]] : []),
    ...(whole.length > 0 ? [[...whole.map(named), ...others]] : []),
  ];
}

/** The projects in which every test can be affected. */
export function findTouched(files: readonly string[]): Project[] {
  const touched = files.flatMap((file) =>
    RUN_COMPLETELY.filter(([pattern]) => pattern.test(file) && !IS_TEST.test(file)).flatMap(([, projects]) => projects),
  );
  return PROJECTS.filter((project) => touched.includes(project));
}

export function readChangedFiles(since: string | undefined): string[] {
  const git = (...command: string[]): string[] =>
    execFileSync('git', command, { cwd: PROJECT_ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
  return [
    ...git('diff', '--name-only', '--relative', since ?? 'HEAD'),
    ...git('ls-files', '--others', '--exclude-standard'),
  ];
}

const named = (project: Project): string => `--project=${project}`;

function projectsIn(args: readonly string[]): Project[] {
  const names = args.flatMap((arg, index) => {
    if (arg.startsWith('--project=')) return [arg.slice('--project='.length)];
    return args[index - 1] === '--project' ? [arg] : [];
  });
  return names.length === 0 ? [...PROJECTS] : PROJECTS.filter((project) => names.includes(project));
}

/** A file filter of vitest may follow `--changed` as well. */
const isRef = (word: string): boolean => !word.startsWith('-') && !/\.tsx?$|\//.test(word);
