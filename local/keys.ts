// The local stack's own secrets, made once and kept in LOCAL_DIR, readable by their owner only.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StackError } from './stack-error.ts';

const Keys = z.strictObject({
  /** `<kid>:<base64 of 32 bytes>`: signs what a query may claim to be. */
  claimKey: z.string(),
  /** Base64 of 32 bytes: signs sign-in tokens. */
  sessionKey: z.string(),
  /** As MASTER_KEYS: wraps the keys of stored secrets. */
  masterKeys: z.string(),
  ownerPassword: z.string(),
  appPassword: z.string(),
});
export type Keys = z.infer<typeof Keys>;

export function loadKeys(stateDir: string): Keys {
  const path = join(stateDir, 'keys.json');
  const kept = existsSync(path) ? readKeys(path) : null;
  const keys: Keys = kept
    ? { ...kept, masterKeys: kept.masterKeys ?? newMasterKeys() }
    : {
        claimKey: `local:${randomBytes(32).toString('base64')}`,
        sessionKey: randomBytes(32).toString('base64'),
        masterKeys: newMasterKeys(),
        ownerPassword: randomBytes(18).toString('hex'),
        appPassword: randomBytes(18).toString('hex'),
      };
  if (keys.masterKeys !== kept?.masterKeys) writeFileSync(path, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  return keys;
}

const newMasterKeys = (): string => `v1:${randomBytes(32).toString('base64')}`;

/** Folders of an earlier release have no master keys; what they hold was never sealed. */
const KeptKeys = Keys.partial({ masterKeys: true });

function readKeys(path: string): z.infer<typeof KeptKeys> {
  try {
    return KeptKeys.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new StackError(`${path} is broken; start anew with \`npm run dev -- --reset\``, { cause });
  }
}
