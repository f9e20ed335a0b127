// The providers that a Worker's environment configures, read once an environment.

import { settingsOf } from '../env.ts';
import { logFailure } from '../log.ts';
import { type ProviderConfig, readProviderConfig } from './registry.ts';

const configs = new WeakMap<object, ProviderConfig>();

export function providerConfigOf(env: object): ProviderConfig {
  const known = configs.get(env);
  if (known) return known;
  const settings = settingsOf(env);
  const config = readProviderConfig(env as Readonly<Record<string, unknown>>, {
    demo: settings.DEMO_MODEL === '1',
    allowLocalHttp: settings.ENVIRONMENT === 'local',
  });
  for (const problem of config.problems) logFailure('provider left out', null, { problem });
  configs.set(env, config);
  return config;
}
