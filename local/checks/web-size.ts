// Measures the script of a first visit: the files in index.html and their static imports.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const MAX_BYTES = 205_000;

/** Null when nothing is built. */
export function measureFirstLoad(webDir: string): { gzipBytes: number; isTooLarge: boolean } | null {
  const page = join(webDir, 'index.html');
  if (!existsSync(page)) return null;
  const html = readFileSync(page, 'utf8');
  const scripts = new Set(Array.from(html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g), (match) => match[1] ?? ''));
  let gzipBytes = 0;
  for (const script of scripts) gzipBytes += gzipSync(readFileSync(join(webDir, script))).length;
  return { gzipBytes, isTooLarge: gzipBytes > MAX_BYTES };
}
