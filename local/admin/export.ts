// Writes rows into one NDJSON file per table, then a manifest with count, size and SHA-256 of each. All of it is one
// snapshot of the database, read through a cursor so that memory stays flat.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { AdminError } from './command.ts';

/** The content of one file: each row is one JSON value. */
export type ExportPart = { readonly name: string; readonly query: string; readonly values: readonly unknown[] };

type ExportedFile = { readonly name: string; readonly rows: number; readonly bytes: number; readonly sha256: string };
export type Manifest = {
  readonly what: Readonly<Record<string, unknown>>;
  readonly exportedAt: string;
  readonly files: readonly ExportedFile[];
};

const ROWS_AT_ONCE = 500;

export async function exportParts(
  database: pg.Client,
  given: {
    readonly dir: string;
    readonly what: Manifest['what'];
    readonly parts: readonly ExportPart[];
    say(line: string): void;
  },
): Promise<Manifest> {
  const { dir, what, parts, say } = given;
  if (existsSync(dir) && readdirSync(dir).length > 0) throw new AdminError(`${dir} is not empty; name a new folder`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const files: ExportedFile[] = [];
  await database.query('begin isolation level repeatable read read only');
  try {
    await database.query(`set local timezone = 'UTC'`);
    for (const part of parts) {
      const file = await exportPart(database, dir, part);
      if (file.rows > 0) say(`${file.name}: ${file.rows} rows`);
      files.push(file);
    }
  } finally {
    await database.query('rollback').catch(() => {
      // The connection is closed, which also ended the transaction.
    });
  }
  const manifest = { what, exportedAt: new Date().toISOString(), files };
  writeFileSync(join(dir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  return manifest;
}

async function exportPart(
  database: pg.Client,
  dir: string,
  { name, query, values }: ExportPart,
): Promise<ExportedFile> {
  const file = `${name}.ndjson`;
  const stream = createWriteStream(join(dir, file), { mode: 0o600 });
  // Handled below. Without a listener, a full disk would end the process with a stack trace.
  const closed = finished(stream);
  closed.catch(() => {});
  const hash = createHash('sha256');
  let rows = 0;
  let bytes = 0;
  await database.query(`declare part no scroll cursor for ${query}`, [...values]);
  for (;;) {
    const fetched = await database.query<{ row: string }>(`fetch ${ROWS_AT_ONCE} from part`);
    if (fetched.rows.length === 0) break;
    const chunk = Buffer.from(fetched.rows.map(({ row }) => `${row}\n`).join(''));
    hash.update(chunk);
    rows += fetched.rows.length;
    bytes += chunk.length;
    if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), closed]);
  }
  await database.query('close part');
  stream.end();
  await closed;
  return { name: file, rows, bytes, sha256: hash.digest('hex') };
}
