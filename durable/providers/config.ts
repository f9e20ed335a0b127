// What a Worker's environment says of providers, read once an environment, and what an org's settings make of it.
import { settingsOf } from '../env.ts';
import { logFailure } from '../log.ts';
import type { Access, PlanRights } from '../principal.ts';
import { masterKeysOf } from '../secrets/config.ts';
import type { SettingsScope } from './ai-settings.ts';
import { type ModelChoice, resolveModel } from './catalog.ts';
import { type Effective, type EffectiveDeps, effectiveSettings } from './effective-settings.ts';
import { createKeyOpener } from './opened-keys.ts';
import { readHostRules } from './provider-hosts.ts';
import { readProviderConfig } from './registry.ts';

const known = new WeakMap<object, EffectiveDeps>();

export function providerDepsOf(env: object): EffectiveDeps {
  const deps = known.get(env);
  if (deps) return deps;
  const settings = settingsOf(env);
  const allowLocalHttp = settings.ENVIRONMENT === 'local';
  const environment = readProviderConfig(env as Readonly<Record<string, unknown>>, {
    demo: settings.DEMO_MODEL === '1',
    allowLocalHttp,
  });
  for (const problem of environment.problems) logFailure('provider left out', null, { problem });
  const read: EffectiveDeps = {
    environment,
    hosts: readHostRules(settings.PROVIDER_HOSTS, { allowLocalHttp }),
    openKey: createKeyOpener(masterKeysOf(env), () => Date.now()),
  };
  known.set(env, read);
  return read;
}

/** Which model answers in a scope; the switch of its settings comes before everything else. */
export function resolveInScope(env: object, question: ScopedQuestion): ScopedChoice {
  const { access, requested } = question;
  const { enabled, config } = effectiveSettingsOf(env, { ...question, orgId: access.orgId });
  const { plan, extraModels } = access;
  return enabled ? resolveModel({ requested, plan, extraModels, config }) : { ok: false, code: 'FEATURE_DISABLED' };
}

export type ScopedQuestion = Omit<SettingsScope, 'orgId'> & {
  readonly requested: string | null;
  readonly access: Pick<Access, 'orgId'> & PlanRights;
};
export type ScopedChoice = ModelChoice | { readonly ok: false; readonly code: 'FEATURE_DISABLED' };

export const effectiveSettingsOf = (env: object, scope: SettingsScope): Effective =>
  effectiveSettings(scope, providerDepsOf(env));
