// Reads the SQL that the runner applies: numbered migrations, which run once, and function files, which run again
// whenever one of them changes. Knows the files only, never a database.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MIGRATION_NAME = /^(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)+\.sql$/;
/** A separate line: apply that function file here, because the following statements need its functions. */
const NEEDS_LINE = /^--!needs (\S+)$/;

/** Why a migration can't run, in one line for the user. */
export class MigrationError extends Error {
  /** `previous-schema`: the database was created by migrations that this code no longer has. */
  readonly code: 'previous-schema' | undefined;

  constructor(message: string, options?: ErrorOptions & { code?: 'previous-schema' }) {
    super(message, options);
    this.name = 'MigrationError';
    this.code = options?.code;
  }
}

export type SqlFile = {
  /** The path from the migrations folder, as in `functions/plm/search.sql`. */
  readonly name: string;
  readonly checksum: string;
  readonly parts: readonly SqlPart[];
};

/** SQL to run, or the name of the function file to apply in between. */
export type SqlPart =
  | { readonly kind: 'sql'; readonly sql: string; readonly firstLine: number }
  | { readonly kind: 'needs'; readonly name: string };

export type SqlFiles = {
  /** By number, from 1 without a gap. */
  readonly migrations: readonly SqlFile[];
  readonly functions: ReadonlyMap<string, SqlFile>;
};

/** @throws MigrationError on a wrong name, a gap, a number used twice, or a needed file that does not exist. */
export function readSqlFiles(directory: string): SqlFiles {
  const migrations = listSql(directory).map((name) => readSqlFile(directory, name));
  for (const [index, { name }] of migrations.entries()) checkNumber(name, index + 1);
  const functions = new Map<string, SqlFile>();
  const folder = join(directory, 'functions');
  if (existsSync(folder)) {
    for (const name of listSql(folder, true))
      functions.set(`functions/${name}`, readSqlFile(directory, `functions/${name}`));
  }
  for (const file of [...migrations, ...functions.values()]) {
    for (const part of file.parts) {
      if (part.kind === 'needs' && !functions.has(part.name)) {
        throw new MigrationError(`${file.name} needs ${part.name}, which does not exist`);
      }
    }
  }
  return { migrations, functions };
}

function listSql(directory: string, recursive = false): string[] {
  return readdirSync(directory, { recursive, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

function checkNumber(name: string, expected: number): void {
  const number = MIGRATION_NAME.exec(name)?.[1];
  if (number === undefined) throw new MigrationError(`${name} is not named NNNN_verb_noun.sql`);
  if (Number(number) !== expected) {
    throw new MigrationError(`${name} should have the number ${String(expected).padStart(4, '0')}`);
  }
}

function readSqlFile(directory: string, name: string): SqlFile {
  const text = readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n');
  if (/^\s*(commit|rollback)\b/im.test(text)) throw new MigrationError(`${name} ends its own transaction`);
  return { name, checksum: createHash('sha256').update(text).digest('hex'), parts: splitAtNeeds(text) };
}

function splitAtNeeds(text: string): SqlPart[] {
  const parts: SqlPart[] = [];
  let lines: string[] = [];
  let firstLine = 1;
  for (const [index, line] of text.split('\n').entries()) {
    const name = NEEDS_LINE.exec(line)?.[1];
    if (name === undefined) {
      lines.push(line);
      continue;
    }
    parts.push({ kind: 'sql', sql: lines.join('\n'), firstLine }, { kind: 'needs', name });
    lines = [];
    firstLine = index + 2;
  }
  parts.push({ kind: 'sql', sql: lines.join('\n'), firstLine });
  return parts;
}
