// The provider configuration of a request: the environment, parsed once, with an org's settings applied.

import type { SettingsScope } from '../../contracts/ai-settings.ts';
import { settingsOf } from '../../env.ts';
import { AppError } from '../../errors.ts';
import { logFailure, logNotice } from '../../log.ts';
import type { Access, PlanRights } from '../../principal.ts';
import { type MasterKeys, masterKeysOf } from '../../secrets/master-keys.ts';
import { openProviderKey } from '../../secrets/provider-key.ts';
import { UnsealError } from '../../secrets/sealed-secret.ts';
import { type ModelChoice, noticesOf, resolveModel } from '../models/catalog.ts';
import { dayOf } from '../models/price-lists.ts';
import { type ProviderConfig, readProviderConfig } from '../registry.ts';
import { type Effective, type EffectiveDeps, effectiveSettings, type OpenKey } from './effective-settings.ts';
import { readHostRules } from './provider-hosts.ts';

const KEPT_MS = 60_000;

const MAX_KEPT = 500;

type DecryptedKey = { readonly key: string; readonly until: number };

const known = new WeakMap<object, EffectiveDeps>();

export function providerDepsOf(env: object): EffectiveDeps {
  const deps = known.get(env);
  if (deps) return deps;
  const settings = settingsOf(env);
  const allowLocalHttp = settings.ENVIRONMENT === 'local';
  const { CATALOG_DATE: day } = settings;
  const environment = readProviderConfig(env as Readonly<Record<string, unknown>>, {
    demo: settings.DEMO_MODEL === '1',
    allowLocalHttp,
    ...(day !== undefined && allowLocalHttp && { now: () => Date.parse(day) }),
  });
  for (const problem of environment.problems) logFailure('provider.ignored', null, { problem });
  const read: EffectiveDeps = {
    environment,
    hosts: readHostRules(settings.PROVIDER_HOSTS, { allowLocalHttp }),
    openKey: createKeyOpener(masterKeysOf(env), () => Date.now()),
  };
  known.set(env, read);
  return read;
}

/** Resolves the model for a scope. A settings row that is off comes before any other failure. */
export function resolveInScope(env: object, question: ScopedQuestion): ScopedChoice {
  const { access, requested } = question;
  const { enabled, config } = effectiveSettingsOf(env, {
    ...question,
    orgId: access.orgId,
    modelOverrides: access.modelOverrides,
  });
  const { plan, extraModels } = access;
  logLifecycle(config);
  return enabled ? resolveModel({ requested, plan, extraModels, config }) : { ok: false, code: 'FEATURE_DISABLED' };
}

/** What was logged today. Names only models, and starts again every day. */
const logged = { day: '', models: new Set<string>() };

/** Logs each configured model that was retired or soon may be, once a day and isolate. */
function logLifecycle(config: ProviderConfig): void {
  const day = dayOf(config.now());
  if (logged.day !== day) {
    logged.day = day;
    logged.models.clear();
  }
  for (const { stage, on, model, successor } of noticesOf(config)) {
    if (logged.models.has(model)) continue;
    logged.models.add(model);
    logNotice(`model.${stage}`, { model, on, successor });
  }
}

export type ScopedQuestion = Omit<SettingsScope, 'orgId'> & {
  readonly requested: string | null;
  readonly access: Pick<Access, 'orgId'> & PlanRights;
};
export type ScopedChoice = ModelChoice | { readonly ok: false; readonly code: 'FEATURE_DISABLED' };

export const effectiveSettingsOf = (env: object, scope: SettingsScope): Effective =>
  effectiveSettings(scope, providerDepsOf(env));

/** The returned function throws AppError PROVIDER_AUTH if the key can't be decrypted. */
function createKeyOpener(keys: MasterKeys, now: () => number): OpenKey {
  const kept = new Map<string, DecryptedKey>();

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
      logFailure('provider.key_unreadable', error, { orgId: record.orgId, why: error.message });
      throw new AppError('PROVIDER_AUTH', {
        cause: error,
        detail: 'The stored provider key can’t be read. An admin can enter it again in the settings.',
      });
    }
  };
}
