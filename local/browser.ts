// A Chromium for the browser tests: the one that is installed, else one that is installed now.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { StackError } from './stack-error.ts';
import { PROJECT_ROOT } from './worker-options.ts';

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

/** A headless browser with a profile of its own, which goes when it closes. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: requireChromium(), headless: true, args: FLAGS });
}

/** @throws StackError when there is none and none can be installed. */
export function requireChromium(): string {
  const installed = findChromium();
  if (installed !== null) return installed;
  console.log('Installing Chromium for the browser tests; this takes a minute, once.');
  for (const install of [installFromDebian, installFromPlaywright]) {
    install();
    const found = findChromium();
    if (found !== null) return found;
  }
  throw new StackError('there is no Chromium; install one, or set CHROMIUM_PATH to its executable');
}

/** @throws StackError when CHROMIUM_PATH names no executable: someone meant that one and no other. */
export function findChromium(): string | null {
  const wanted = process.env['CHROMIUM_PATH'];
  if (wanted) {
    if (isExecutable(wanted)) return wanted;
    throw new StackError(`CHROMIUM_PATH is ${wanted}, which cannot be run`);
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...MAC_PATHS, chromium.executablePath()].find(isExecutable) ?? null;
}

// Before Playwright's own, which lacks the system libraries that the package brings along.
function installFromDebian(): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const options = { stdio: 'ignore', timeout: INSTALL_TIMEOUT_MS } as const;
  spawnSync('apt-get', ['update', '-qq'], options);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { ...options, env });
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
    return false; // Not there, or not ours to run.
  }
}
