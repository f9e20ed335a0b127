// Finds a Chromium for the browser tests, and installs one if there is none. Prefers the headless shell: Chromium without
// the windows of a desktop browser. Opening a page in a new context takes it half the time.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { PROJECT_ROOT } from '../project-root.ts';
import { StackError } from '../stack/stack-error.ts';

const SHELLS = ['chromium-headless-shell', 'chrome-headless-shell', 'headless_shell'];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const INSTALL_TIMEOUT_MS = 5 * 60_000;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless browser with a temporary profile. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: requireChromium(), headless: true, args: FLAGS });
}

/** @throws StackError if there is none and none can be installed, or if CHROMIUM_PATH isn't an executable. */
export function requireChromium(): string {
  const wanted = process.env['CHROMIUM_PATH'];
  if (wanted) {
    if (isExecutable(wanted)) return wanted;
    throw new StackError(`CHROMIUM_PATH is ${wanted}, which cannot be run`);
  }
  const installed = findCommand(SHELLS) ?? findChromium();
  if (installed !== null) return installed;
  console.log('Installing Chromium for the browser tests; this takes a minute, once.');
  for (const install of [installFromDebian, installFromPlaywright]) {
    install();
    const found = findCommand(SHELLS) ?? findChromium();
    if (found !== null) return found;
  }
  throw new StackError('there is no Chromium; install one, or set CHROMIUM_PATH to its executable');
}

function findChromium(): string | null {
  return findCommand(NAMES) ?? [...MAC_PATHS, chromium.executablePath()].find(isExecutable) ?? null;
}

function findCommand(names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable) ?? null;
}

// Comes before Playwright's browser, because the package includes system libraries that Playwright's lacks.
function installFromDebian(): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const options = { stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS } as const;
  spawnSync('apt-get', ['update', '-qq'], options);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const name of ['chromium-headless-shell', 'chromium']) {
    const { status } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], {
      ...options,
      env,
    });
    if (status === 0) return;
  }
}

function installFromPlaywright(): void {
  const cli = join(PROJECT_ROOT, 'node_modules', 'playwright-core', 'cli.js');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // It's missing or not executable.
  }
}
