// Checks what linters can't: the lock file, the numbering of migrations, machine-specific paths, the length of files.

export type TextFile = { readonly path: string; readonly text: string };

/** Longer files usually have several responsibilities. */
const MAX_LINES = 500;
const IS_SOURCE = /\.(ts|tsx|mjs)$/;
const IS_TEST = /\.test\.tsx?$/;
const LOCK_FILE = 'package-lock.json';
const MIGRATION = /^migrations\/(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)+\.sql$/;
const FUNCTIONS_FOLDER = 'migrations/functions/';
/** Function bodies are indented, so a line that starts like this is a top-level statement. */
const CREATES_FUNCTION = /^create (or replace )?function\b/im;
/** Statements that a function file can't run repeatedly. */
const RUNS_ONCE = /^(?:create (?!or replace function\b)|alter|drop|insert|update|delete|truncate|revoke)\b/im;

/** Paths of one machine, and addresses of a private registry. */
const LOCAL_WORDS = [
  /(?<![\w.])\/(?:home|Users)\/[\w.-]+\//,
  /(?<![\w.])\/(?:root|work)\//,
  /\b[A-Z]:\\Users\\/,
  /\bregistry\.[\w-]+\.[a-z]{2,}/,
  /\b_authToken\b/,
];

const IS_PAGE = /^web\/.*\.tsx?$/;
/** Stops the keys of an input method for all other listeners; see the rules below. */
const INPUT_METHOD_GUARD = 'web/design/input-method.ts';
/** On the window, a listener can run before the guard, and sees keys that belong to an input method. */
const WINDOW_KEY_LISTENER = /(?:\b(?:window|globalThis|self)\.|(?<![\w.]))addEventListener\(\s*['"`]key/;
const COMPOSITION = /\bisComposing\b|\bkeyCode\b|\bwhich === 229\b/;

/** Loads parts without a reload and an error boundary for those that are gone after a deploy. */
const BARE_LAZY = /\blazy\(/;
const PART_LOADER = 'web/boundary/load-part.ts';

/** One line for each broken rule; empty if there is none. */
export function findRepositoryProblems(files: readonly TextFile[]): string[] {
  const lock = files.find(({ path }) => path === LOCK_FILE);
  return [...files.flatMap(checkFile), ...checkMigrations(files), ...(lock ? checkLock(lock.text) : [])];
}

function checkFile({ path, text }: TextFile): string[] {
  const problems: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const word = LOCAL_WORDS.map((pattern) => pattern.exec(line)?.[0]).find((found) => found !== undefined);
    if (word !== undefined) problems.push(`${path}:${index + 1} names one machine or registry: ${word}`);
  }
  const lines = text.split('\n').length - 1;
  if (IS_SOURCE.test(path) && !IS_TEST.test(path) && lines > MAX_LINES) {
    problems.push(`${path} has ${lines} lines; split what is over ${MAX_LINES}`);
  }
  if (IS_PAGE.test(path) && !IS_TEST.test(path) && path !== INPUT_METHOD_GUARD) {
    if (WINDOW_KEY_LISTENER.test(text)) problems.push(`${path} listens to keys on the window; listen on the document`);
    if (path !== PART_LOADER && BARE_LAZY.test(text))
      problems.push(`${path} calls lazy(); use lazyPart of ${PART_LOADER}`);
    if (COMPOSITION.test(text)) problems.push(`${path} looks at composition, which ${INPUT_METHOD_GUARD} handles`);
  }
  return problems;
}

type Lock = { packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }> };

// If a registry lacks the binaries of a platform, npm silently leaves them out of the lock file, and `npm ci` then fails
// everywhere.
function checkLock(text: string): string[] {
  const { packages } = JSON.parse(text) as Lock;
  const problems: string[] = [];
  for (const [path, { resolved, optionalDependencies = {} }] of Object.entries(packages)) {
    if (resolved !== undefined) problems.push(`${LOCK_FILE} says where ${path} came from; npm install with our .npmrc`);
    for (const name of Object.keys(optionalDependencies)) {
      const isThere = `node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages;
      if (!isThere) problems.push(`${LOCK_FILE} lacks ${name}, which ${path} needs on some platform`);
    }
  }
  return problems;
}

function checkMigrations(files: readonly TextFile[]): string[] {
  const sql = files
    .filter(({ path }) => path.startsWith('migrations/') && path.endsWith('.sql'))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const functions = sql.filter(({ path }) => path.startsWith(FUNCTIONS_FOLDER));
  const numbered = sql.filter((file) => !functions.includes(file));
  return [
    ...sql
      .filter(({ text }) => !text.startsWith('-- '))
      .map(({ path }) => `${path} does not open with a comment that says why`),
    ...numbered.flatMap(checkNumbered),
    ...functions
      .filter(({ text }) => RUNS_ONCE.test(text))
      .map(({ path }) => `${path} may only create or replace functions and grant them`),
  ];
}

function checkNumbered({ path, text }: TextFile, index: number): string[] {
  const number = MIGRATION.exec(path)?.[1];
  if (number === undefined) return [`${path} is not named NNNN_verb_noun.sql`];
  if (Number(number) !== index + 1) return [`${path} should be number ${String(index + 1).padStart(4, '0')}`];
  return CREATES_FUNCTION.test(text) ? [`${path} defines a function; put it in ${FUNCTIONS_FOLDER}`] : [];
}
