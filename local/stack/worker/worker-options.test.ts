import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../project-root.ts';
import { readWorkerOptions } from './worker-options.ts';

it('turns the bindings of wrangler.toml into options, with objects on SQLite and the caller’s values over its vars', () => {
  const options = readWorkerOptions({ ENVIRONMENT: 'local', CLAIM_KEY: 'k' });
  expect(options.bindings).toEqual({ ENVIRONMENT: 'local', CLAIM_KEY: 'k' });
  expect(options.durableObjects).toMatchObject({
    CONVERSATIONS: { className: 'Conversation', useSQLite: true },
    ACCOUNTS: { className: 'Account', useSQLite: true },
    BUDGETS: { className: 'Budget', useSQLite: true },
  });
  expect(options.ratelimits).toMatchObject({ EDGE_LIMIT: { simple: { limit: 6000, period: 60 } } });
  expect(options.assets).toMatchObject({ binding: 'ASSETS', directory: join(PROJECT_ROOT, 'dist', 'web') });
});

it('replaces the limit per address, and nothing else of it', () => {
  const { ratelimits } = readWorkerOptions({}, { addressLimit: 5 });
  const { ratelimits: declared } = readWorkerOptions({});
  expect(ratelimits).toEqual({
    ...declared,
    EDGE_LIMIT: { ...declared?.['EDGE_LIMIT'], simple: { limit: 5, period: 60 } },
  });
});

it('ignores secrets next to wrangler.toml', () => {
  const dir = mkdtempSync(join(tmpdir(), 'groundwire-options-'));
  try {
    const config = join(dir, 'wrangler.toml');
    writeFileSync(
      config,
      'name = "x"\ncompatibility_date = "2026-10-01"\n[vars]\nA = "1"\n[secrets]\nrequired = ["B"]\n',
    );
    writeFileSync(join(dir, '.dev.vars'), 'B=secret\nC=secret\n');
    expect(readWorkerOptions({}, { configPath: config }).bindings).toEqual({ A: '1' });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
