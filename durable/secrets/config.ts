// The master keys of a Worker's environment, imported once an environment.
import { settingsOf } from '../env.ts';
import { type MasterKeys, parseMasterKeys } from './master-keys.ts';

const imported = new WeakMap<object, MasterKeys>();

export function masterKeysOf(env: object): MasterKeys {
  const known = imported.get(env);
  if (known) return known;
  const keys = parseMasterKeys(settingsOf(env).MASTER_KEYS);
  imported.set(env, keys);
  return keys;
}
