// Builds the pages with Vite, once or whenever a file in web/ changes.
import { execFile } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Rolldown } from 'vite';
import { PROJECT_ROOT } from '../../project-root.ts';
import { StackError } from '../stack-error.ts';

/** Where `npm run build` puts the pages and a deploy reads them. */
export const DEPLOYED_WEB_DIR = join(PROJECT_ROOT, 'dist', 'web');

export const WEB_CONFIG_FILE = join(PROJECT_ROOT, 'web', 'vite.config.ts');

export async function buildWeb(outDir: string): Promise<void> {
  await build({ configFile: WEB_CONFIG_FILE, logLevel: 'silent', build: { outDir, emptyOutDir: true } });
  await buildEmbedScript(outDir);
}

const EMBED_CONFIG_FILE = join(PROJECT_ROOT, 'web', 'embed', 'vite.config.ts');

/** The package for bundlers, with its types. */
export async function buildEmbedPackage(): Promise<void> {
  process.env['GROUNDWIRE_PACKAGE'] = '1';
  await build({ configFile: EMBED_CONFIG_FILE, logLevel: 'silent' });
  const tsc = join(PROJECT_ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', join(PROJECT_ROOT, 'web', 'embed', 'package')]);
  // The compiler keeps the names of the sources, which the package doesn't have.
  for (const types of globSync(join(PROJECT_ROOT, 'web', 'embed', 'package', 'dist', '*.d.ts')))
    writeFileSync(types, readFileSync(types, 'utf8').replace(/(from '\.\/[\w-]+)\.tsx?'/g, "$1.js'"));
}

/** After the pages, whose build empties the folder. */
async function buildEmbedScript(outDir: string): Promise<void> {
  await build({ configFile: EMBED_CONFIG_FILE, logLevel: 'silent', build: { outDir, emptyOutDir: false } });
}

/** Resolves when the first build is done. */
export async function watchWeb(options: {
  outDir: string;
  onRebuild: (outcome: { errors?: string }) => void;
}): Promise<{ close(): Promise<void> }> {
  const watcher = await build({
    configFile: WEB_CONFIG_FILE,
    logLevel: 'silent',
    build: { outDir: options.outDir, emptyOutDir: true, watch: {} },
  });
  if (!isWatcher(watcher)) throw new Error('vite did not watch');
  try {
    await firstBuild(watcher, async (outcome) => {
      if (!outcome.errors) await buildEmbedScript(options.outDir);
      options.onRebuild(outcome);
    });
    await buildEmbedScript(options.outDir);
  } catch (error) {
    await watcher.close();
    throw error;
  }
  return { close: () => watcher.close() };
}

function firstBuild(
  watcher: Rolldown.RolldownWatcher,
  onRebuild: (outcome: { errors?: string }) => void | Promise<void>,
) {
  return new Promise<void>((resolve, reject) => {
    let isFirst = true;
    let hasFailed = false;
    watcher.on('event', (event) => {
      if (event.code === 'START') hasFailed = false;
      if (event.code === 'BUNDLE_END') void event.result.close();
      if (event.code === 'ERROR') {
        hasFailed = true;
        void event.result.close();
        const errors = `the pages do not build: ${shorten(event.error.message)}`;
        if (isFirst) reject(new StackError(errors, { cause: event.error }));
        else void onRebuild({ errors });
      }
      if (event.code === 'END' && !hasFailed) {
        if (isFirst) resolve();
        else void onRebuild({});
        isFirst = false;
      }
    });
  });
}

/** The message without the bundler's stack trace, which says nothing about the pages. */
function shorten(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '' && !/^\s+at |^Build failed/.test(line));
  return lines.join(' ');
}

function isWatcher(result: Awaited<ReturnType<typeof build>>): result is Rolldown.RolldownWatcher {
  return 'on' in result && 'close' in result;
}
