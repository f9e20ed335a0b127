// The local stack's secrets, generated once and kept in LOCAL_DIR, readable only by their owner.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { StackError } from './stack-error.ts';

const Keys = z.strictObject({
  /** `<kid>:<base64 of 32 bytes>`: signs the claim of each transaction. */
  claimKey: z.string(),
  /** Base64 of 32 bytes: signs sign-in tokens. */
  sessionKey: z.string(),
  /** In the format of MASTER_KEYS: wraps the data keys of stored secrets. */
  masterKeys: z.string(),
  /** In the format of AUDIT_KEYS: signs the audit log. */
  auditKeys: z.string(),
  ownerPassword: z.string(),
  appPassword: z.string(),
});
export type Keys = z.infer<typeof Keys>;

export function loadKeys(stateDir: string): Keys {
  const path = join(stateDir, 'keys.json');
  const kept = existsSync(path) ? readKeys(path) : null;
  const keys: Keys = kept
    ? { ...kept, masterKeys: kept.masterKeys ?? newVersionedKeys(), auditKeys: kept.auditKeys ?? newVersionedKeys() }
    : {
        claimKey: `local:${randomBytes(32).toString('base64')}`,
        sessionKey: randomBytes(32).toString('base64'),
        masterKeys: newVersionedKeys(),
        auditKeys: newVersionedKeys(),
        ownerPassword: randomBytes(18).toString('hex'),
        appPassword: randomBytes(18).toString('hex'),
      };
  const isComplete = keys.masterKeys === kept?.masterKeys && keys.auditKeys === kept.auditKeys;
  if (!isComplete) writeFileSync(path, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  return keys;
}

const newVersionedKeys = (): string => `v1:${randomBytes(32).toString('base64')}`;

/** Folders of an earlier release lack keys for what that release did not seal or sign. */
const StoredKeys = Keys.partial({ masterKeys: true, auditKeys: true });

function readKeys(path: string): z.infer<typeof StoredKeys> {
  try {
    return StoredKeys.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new StackError(`${path} is damaged; start with fresh data: \`npm run dev -- --reset\``, { cause });
  }
}
