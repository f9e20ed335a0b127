// Checks whether node_modules matches package-lock.json by comparing it with npm's record of what it installed. That
// works after `npm install`, an interrupted install and a change of branch.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ packages?: Record<string, { version?: string, optional?: boolean, link?: boolean }> }} Lock */

/**
 * The first package that is missing or has another version, or null if there is none.
 * Optional packages are left out: most are binaries of other platforms.
 * @param {Lock} wanted
 * @param {Lock} installed
 */
export function findMismatch(wanted, installed) {
  for (const [path, entry] of Object.entries(wanted.packages ?? {})) {
    if (path === '' || entry.optional || entry.link) continue;
    if (installed.packages?.[path]?.version !== entry.version) return path;
  }
  return null;
}

/** @param {string} root */
export function isInstalled(root) {
  const account = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(account) || !existsSync(pinnedNode(root))) return false;
  return findMismatch(readLock(join(root, 'package-lock.json')), readLock(account)) === null;
}

/**
 * The path of the Node that the `node` package installed.
 * @param {string} root
 */
export function pinnedNode(root) {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * @param {string} path
 * @returns {Lock}
 */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {}; // An interrupted write counts as missing.
  }
}
