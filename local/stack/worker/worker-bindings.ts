// The local Worker's environment: the developer's settings, the stack's keys and the services' addresses. The demo model
// is used only if no provider is configured.
import type { Keys } from '../keys.ts';

export type Settings = Readonly<Record<string, string>>;

/** Passed on unchanged if the developer set them. */
const PASSED_ON = [
  'PUBLIC_ORIGIN',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_JWKS_URL',
  'JWT_TYPE',
  'OIDC_ISSUER',
  'OIDC_CLIENT_ID',
  'OIDC_CLIENT_SECRET',
  'OIDC_NAME',
  'OIDC_TRUST_EMAIL',
  'INVITE_WEBHOOK_URL',
  'INVITE_WEBHOOK_SECRET',
  'OPERATOR_TOKEN',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_MODEL',
  'ANTHROPIC_BASE_URL',
  'OPENAI_API_KEY',
  'OPENAI_MODEL',
  'OPENAI_BASE_URL',
  'OPENAI_WIRE',
  'CATALOG_DATE',
  'AI_REQUESTS_PER_MINUTE',
  'AI_BURST',
  'SIGN_IN_LIFETIME_HOURS',
  'SIGN_IN_IDLE_MINUTES',
  'SIGN_IN_RECENT_MINUTES',
  'SECURITY_CONTACT',
  'REQUESTS_PER_MINUTE',
  'REQUEST_BURST',
  'PROVIDER_HOSTS',
];

/** Servers at a custom base URL often accept any key, but the SDKs require one. */
const ANY_KEY = 'none';

export function usesDemoModel(settings: Settings): boolean {
  return listProviders(settings).length === 0;
}

/** Ids of the providers that the settings configure. */
export function listProviders(settings: Settings): string[] {
  const isSet = (prefix: string) => Boolean(settings[`${prefix}_API_KEY`] || settings[`${prefix}_BASE_URL`]);
  return ['ANTHROPIC', 'OPENAI'].filter(isSet).map((prefix) => prefix.toLowerCase());
}

export function buildBindings(options: {
  settings: Settings;
  keys: Keys;
  databaseUrl: string;
  /** Absent if the database is on Neon. */
  neonFetchEndpoint: string | undefined;
  /** Absent if a provider is configured. */
  demoModelUrl: string | undefined;
}): Record<string, string> {
  const { settings, keys, neonFetchEndpoint, demoModelUrl } = options;
  const bindings: Record<string, string> = {
    ENVIRONMENT: 'local',
    DATABASE_URL: options.databaseUrl,
    CLAIM_KEY: settings['CLAIM_KEY'] ?? keys.claimKey,
    SESSION_KEY: settings['SESSION_KEY'] ?? keys.sessionKey,
    MASTER_KEYS: settings['MASTER_KEYS'] ?? keys.masterKeys,
    AUDIT_KEYS: settings['AUDIT_KEYS'] ?? keys.auditKeys,
  };
  if (neonFetchEndpoint !== undefined) bindings['NEON_FETCH_ENDPOINT'] = neonFetchEndpoint;
  for (const name of PASSED_ON) {
    const value = settings[name];
    if (value) bindings[name] = value;
  }
  for (const prefix of ['ANTHROPIC', 'OPENAI']) {
    if (bindings[`${prefix}_BASE_URL`]) bindings[`${prefix}_API_KEY`] ??= ANY_KEY;
  }
  if (demoModelUrl === undefined) return bindings;
  return {
    ...bindings,
    DEMO_MODEL: '1',
    ANTHROPIC_API_KEY: 'demo',
    ANTHROPIC_BASE_URL: demoModelUrl,
    OPENAI_API_KEY: 'demo',
    OPENAI_BASE_URL: `${demoModelUrl}/v1`,
  };
}
