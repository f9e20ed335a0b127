// `node local/bootstrap.mjs <target> [args]`: installs the packages of package-lock.json if any is missing, then runs the
// target on the Node version that this project pins. In plain JavaScript for any Node from 20 on, because it runs first on
// a clean clone.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isInstalled, pinnedNode } from './installed.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url).href);
const OLDEST_NODE = 24;
const PARENT_POLL_MS = 1000;

if (!isInstalled(ROOT)) install();
run(process.argv.slice(2));

function install() {
  console.log('Installing dependencies first; this takes a minute, once.');
  // npm gives its scripts its own path, so the npm that was called is the npm that installs.
  const npm = process.env['npm_execpath']?.endsWith('npm-cli.js')
    ? { command: process.execPath, args: [process.env['npm_execpath']] }
    : { command: 'npm', args: [] };
  const { status } = spawnSync(npm.command, [...npm.args, 'ci', '--include=dev', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: npm.command === 'npm' && process.platform === 'win32',
  });
  if (status === 0 && isInstalled(ROOT)) return;
  console.error('error: the dependencies could not be installed; run `npm ci` to see why, then try again.');
  process.exit(1);
}

/** @param {string[]} args */
function run(args) {
  const isNewEnough = Number.parseInt(process.versions.node, 10) >= OLDEST_NODE;
  const child = spawn(isNewEnough ? process.execPath : pinnedNode(ROOT), args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, GROUNDWIRE_PARENT: String(process.pid) },
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  // If npm is killed, it forwards no signal, and the child would run forever.
  const npmPid = process.ppid;
  const watch = process.env['npm_lifecycle_event']
    ? setInterval(() => process.ppid !== npmPid && child.kill('SIGTERM'), PARENT_POLL_MS)
    : undefined;
  child.on('error', (error) => {
    console.error(`error: Node could not be started (${error.message}); run \`npm ci\` and try again.`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    clearInterval(watch);
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
