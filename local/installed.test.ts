import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMismatch, isInstalled, pinnedNode } from './installed.mjs';

const lock = (version: string) => ({
  packages: {
    '': { version: '0.1.0' },
    'node_modules/hono': { version },
    'node_modules/@esbuild/other-platform': { version: '1.0.0', optional: true },
  },
});

describe('the installed packages', () => {
  it('match when each has its version; packages of other platforms may be missing', () => {
    const installed = { packages: { 'node_modules/hono': { version: '4.0.0' } } };
    expect(findMismatch(lock('4.0.0'), installed)).toBeNull();
  });

  it('don’t match when one has another version or is missing', () => {
    expect(findMismatch(lock('4.0.1'), { packages: { 'node_modules/hono': { version: '4.0.0' } } })).toBe(
      'node_modules/hono',
    );
    expect(findMismatch(lock('4.0.0'), { packages: {} })).toBe('node_modules/hono');
    expect(findMismatch(lock('4.0.0'), {})).toBe('node_modules/hono');
  });
});

describe('a project folder', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'groundwire-installed-'));
    mkdirSync(dirname(pinnedNode(root)), { recursive: true });
    writeFileSync(pinnedNode(root), '');
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock('4.0.0')));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const writeAccount = (text: string) => writeFileSync(join(root, 'node_modules', '.package-lock.json'), text);

  it('is installed once npm has recorded it', () => {
    expect(isInstalled(root)).toBe(false);
    writeAccount(JSON.stringify(lock('4.0.0')));
    expect(isInstalled(root)).toBe(true);
  });

  it('is not installed after an interrupted install', () => {
    writeAccount('{"packages": {');
    expect(isInstalled(root)).toBe(false);
  });

  it('is not installed without the Node that it pins', () => {
    writeAccount(JSON.stringify(lock('4.0.0')));
    rmSync(pinnedNode(root));
    expect(isInstalled(root)).toBe(false);
  });

  it('is not installed once the lock file has changed', () => {
    writeAccount(JSON.stringify(lock('4.0.0')));
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock('4.1.0')));
    expect(isInstalled(root)).toBe(false);
  });
});
