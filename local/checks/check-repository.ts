// What no linter sees: the lock file, the numbering of migrations, paths of one machine, the length of files.

export type TextFile = { readonly path: string; readonly text: string };

const MAX_LINES = 300;
const IS_SOURCE = /\.(ts|tsx|mjs)$/;
const IS_TEST = /\.test\.tsx?$/;
const LOCK_FILE = 'package-lock.json';
const MIGRATION = /^migrations\/(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)+\.sql$/;

/** Words that only make sense on the machine of whoever wrote them, or that send others to their registry. */
const LOCAL_WORDS = [
  /(?<![\w.])\/(?:home|Users)\/[\w.-]+\//,
  /(?<![\w.])\/(?:root|work)\//,
  /\b[A-Z]:\\Users\\/,
  /\bregistry\.[\w-]+\.[a-z]{2,}/,
  /\b_authToken\b/,
];

/** One line for each broken rule; empty when all is well. */
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
  return problems;
}

type Lock = { packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }> };

// A registry that lacks the binaries of some platform makes npm leave them out of the lock file without a word, and
// `npm ci` then refuses that file everywhere.
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
  const migrations = files
    .filter(({ path }) => path.startsWith('migrations/') && path.endsWith('.sql'))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return migrations.flatMap(({ path, text }, index) => {
    const number = MIGRATION.exec(path)?.[1];
    if (number === undefined) return [`${path} is not named NNNN_verb_noun.sql`];
    if (Number(number) !== index + 1) return [`${path} should be number ${String(index + 1).padStart(4, '0')}`];
    return text.startsWith('-- ') ? [] : [`${path} does not open with a comment that says why`];
  });
}
