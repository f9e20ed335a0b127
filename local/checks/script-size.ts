// Measures what visitors download first and what a deploy uploads, in bytes, which are the same on every machine.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { COMMON_OPTIONS } from '../stack/worker/bundle.ts';

const MAX_FIRST_LOAD_BYTES = 205_000;
const MAX_EMBED_BYTES = 15_000;
/** Cloudflare accepts more. A larger script starts later wherever no instance is running yet. */
const MAX_WORKER_BYTES = 530_000;

export type ScriptSize = { readonly gzipBytes: number; readonly maxBytes: number };

/** The script of a first visit: the files in index.html and their static imports. Null when nothing is built. */
export function measureFirstLoad(webDir: string): ScriptSize | null {
  const page = join(webDir, 'index.html');
  if (!existsSync(page)) return null;
  const html = readFileSync(page, 'utf8');
  const scripts = new Set(Array.from(html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g), (match) => match[1] ?? ''));
  let gzipBytes = 0;
  for (const script of scripts) gzipBytes += gzipSync(readFileSync(join(webDir, script))).length;
  return { gzipBytes, maxBytes: MAX_FIRST_LOAD_BYTES };
}

/** What a host page loads before anyone opens the assistant. Null when nothing is built. */
export function measureEmbedScript(webDir: string): ScriptSize | null {
  const script = join(webDir, 'embed.js');
  if (!existsSync(script)) return null;
  return { gzipBytes: gzipSync(readFileSync(script)).length, maxBytes: MAX_EMBED_BYTES };
}

/** The Worker as `wrangler deploy` bundles it: minified, with names, the source map apart. */
export async function measureWorker(): Promise<ScriptSize> {
  const { outputFiles } = await build({
    ...COMMON_OPTIONS,
    entryPoints: ['worker/index.ts'],
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"', 'navigator.userAgent': '"Cloudflare-Workers"' },
  });
  const gzipBytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  return { gzipBytes, maxBytes: MAX_WORKER_BYTES };
}
