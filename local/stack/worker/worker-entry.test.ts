import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../project-root.ts';

const read = (path: string): string => readFileSync(join(PROJECT_ROOT, path), 'utf8');

test.each(['worker/index.ts', 'local/stack/worker/worker-entry.ts'])('%s exports every class that is bound', (path) => {
  const bound = [...read('wrangler.toml').matchAll(/class_name\s*=\s*"(\w+)"/g)].map(([, name]) => name);
  const exported = [...read(path).matchAll(/^export \{ (\w+) \} from/gm)].map(([, name]) => name);
  expect(bound.length).toBeGreaterThan(4);
  expect(exported.sort()).toEqual([...new Set(bound)].sort());
});
