// Opens stored provider keys, and keeps what was opened for a moment: each turn would else decrypt again. The org is part
// of the name under which a key is kept, and so is the ciphertext, so that a replaced key is never used again.
import { AppError } from '../errors.ts';
import { logFailure } from '../log.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import { openProviderKey } from '../secrets/provider-key.ts';
import { UnsealError } from '../secrets/sealed-secret.ts';
import type { OpenKey } from './effective-settings.ts';

const KEPT_MS = 60_000;
const MAX_KEPT = 500;

type Opened = { readonly key: string; readonly until: number };

/** @returns a function that throws AppError PROVIDER_AUTH for a key that does not open */
export function createKeyOpener(keys: MasterKeys, now: () => number): OpenKey {
  const kept = new Map<string, Opened>();

  function remember(name: string, key: string): void {
    for (const [oldName, { until }] of kept) {
      if (until > now() && kept.size < MAX_KEPT) break;
      kept.delete(oldName);
    }
    kept.set(name, { key, until: now() + KEPT_MS });
  }

  return async function openKey(record, target, sealed) {
    const name = JSON.stringify([record, target, sealed]);
    const known = kept.get(name);
    if (known && known.until > now()) return known.key;
    kept.delete(name);
    try {
      const key = await openProviderKey(keys, record, target, sealed);
      remember(name, key);
      return key;
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      logFailure('a provider key does not open', error, { orgId: record.orgId, why: error.message });
      throw new AppError('PROVIDER_AUTH', {
        cause: error,
        detail: 'The stored key of the model provider cannot be read. An admin can enter it again in the settings.',
      });
    }
  };
}
