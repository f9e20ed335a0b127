// Finds the provider for a scope. Each value comes from the program's row, else the org's, else the environment. A
// key is used only with the address it was entered for: a row with an address never sends another row's key there.

import type { AiSettingsRow, ProviderChoice, SettingsScope } from '../../contracts/ai-settings.ts';
import type { KeySlot } from '../../secrets/provider-key.ts';
import { versionOf } from '../../secrets/sealed-secret.ts';
import { toEffortRules } from '../models/effort.ts';
import { modelsWith } from '../models/model-overrides.ts';
import {
  type ConfiguredProvider,
  defaultWire,
  findProvider,
  findWire,
  NO_KEY,
  type ProviderConfig,
  type ProviderRow,
  quirksAt,
} from '../registry.ts';
import { acceptBaseUrl, type HostRules } from './provider-hosts.ts';

/** `provider`: the provider’s default, when no row or variable sets the value. */
export type SettingOrigin = 'program' | 'organisation' | 'environment' | 'provider';

export type OpenKey = (
  record: { readonly orgId: string; readonly settingId: string; readonly slot: KeySlot },
  target: { readonly provider: string; readonly baseUrl: string | null },
  sealed: string,
) => Promise<string>;

export type EffectiveDeps = {
  /** What the environment configures. */
  readonly environment: ProviderConfig;
  readonly hosts: HostRules;
  readonly openKey: OpenKey;
};

/** The settings in effect, and where each value comes from. */
export type Effective = {
  /** False if a settings row turned the assistant off for any of the named programs. */
  readonly enabled: boolean;
  readonly enabledFrom: SettingOrigin;
  readonly config: ProviderConfig;
  /** Null if no row names a provider; the environment’s order of preference then applies. */
  readonly primary: PickedProvider | null;
  readonly fallback: PickedProvider | null;
};

/** A provider that a row names. `configured` is null without a key or without an address the key may be sent to. */
export type PickedProvider = {
  readonly provider: string;
  readonly providerFrom: SettingOrigin;
  readonly model: string | null;
  readonly modelFrom: SettingOrigin;
  readonly connectionFrom: SettingOrigin;
  readonly configured: ConfiguredProvider | null;
};

type Link = { readonly row: AiSettingsRow; readonly origin: SettingOrigin };

export function effectiveSettings(scope: SettingsScope, deps: EffectiveDeps): Effective {
  const switches = scope.programs.map((program) => switchOf(chainFor(scope, program)));
  const chain = chainFor(scope, scope.programs[0]);
  const decided = switches.find(({ enabled }) => !enabled) ?? switchOf(chain);
  const primary = pick(chain, 'primary', scope.orgId, deps);
  const fallback = pick(chain, 'fallback', scope.orgId, deps);
  const { environment } = deps;
  return {
    enabled: decided.enabled,
    enabledFrom: decided.enabledFrom,
    config: {
      demo: environment.demo && (primary === null || primary.connectionFrom === 'environment'),
      problems: [],
      now: environment.now,
      models: modelsWith(scope.modelOverrides),
      effort: toEffortRules(nearest(chain, 'effort'), nearest(chain, 'effortCeiling')),
      configured: primary ? listed(primary) : environment.configured,
      fallback: fallback?.configured ?? null,
    },
    primary,
    fallback,
  };
}

/** The value of the most specific row that sets it. */
const nearest = (chain: readonly Link[], field: 'effort' | 'effortCeiling'): string | null =>
  chain.map(({ row }) => row[field] ?? null).find((value) => value !== null) ?? null;

const listed = ({ configured }: PickedProvider): readonly ConfiguredProvider[] => (configured ? [configured] : []);

/** The rows that apply to a program or to the org itself, most specific first. */
function chainFor({ settings }: SettingsScope, program: string | undefined): readonly Link[] {
  const ofProgram = program === undefined ? undefined : settings.find((row) => isOf(row, program));
  const ofOrg = settings.find(({ programId }) => programId === null);
  return [
    ...(ofProgram ? [{ row: ofProgram, origin: 'program' as const }] : []),
    ...(ofOrg ? [{ row: ofOrg, origin: 'organisation' as const }] : []),
  ];
}

/** Matches by id, or by code in any case: earlier releases stored the name a client sent in the conversation. */
const isOf = ({ programId, programCode }: AiSettingsRow, program: string): boolean =>
  programId !== null && [programId, programCode?.toLowerCase()].includes(program.trim().toLowerCase());

/** The most specific row decides whether the assistant is on. */
function switchOf([nearest]: readonly Link[]): { readonly enabled: boolean; readonly enabledFrom: SettingOrigin } {
  if (!nearest) return { enabled: true, enabledFrom: 'environment' };
  return { enabled: nearest.row.enabled, enabledFrom: nearest.origin };
}

function pick(chain: readonly Link[], slot: KeySlot, orgId: string, deps: EffectiveDeps): PickedProvider | null {
  const start = chain.findIndex(({ row }) => row[slot].provider !== null);
  const first = chain[start];
  if (!first) return null;
  const name = first.row[slot].provider ?? '';
  const provider = findProvider(name);
  // A newer release wrote this row, with a provider that this one doesn't know. No other provider may replace it.
  if (!provider) return { ...UNKNOWN, provider: name, providerFrom: first.origin };
  // Less specific rows count only if they name the same provider.
  const about = chain.slice(start).filter(({ row }) => row[slot].provider === provider.id);
  const ofEnvironment = deps.environment.configured.find(({ row }) => row.id === provider.id);
  const named = about.find(({ row }) => row[slot].model !== null);
  const model = named?.row[slot].model ?? ofEnvironment?.model ?? null;
  const keyed = about.find(({ row }) => hasConnection(row[slot], provider));
  const own = keyed ?? (ofEnvironment || !needsNothing(provider) ? undefined : first);
  const connected = own ? connect(own.row, slot, provider, orgId, deps) : (ofEnvironment ?? null);
  // The API of a server is set with its address, or by a more specific row that uses the same server.
  const served = own ? about.slice(0, about.indexOf(own) + 1) : about;
  const wire = findWire(
    provider,
    served.map(({ row }) => row[slot].wire ?? null).find((name) => name !== null) ?? null,
  );
  const configured = connected && wire ? { ...connected, connection: { ...connected.connection, wire } } : connected;
  return {
    provider: provider.id,
    providerFrom: first.origin,
    model: model ?? provider.defaultModel,
    modelFrom: named?.origin ?? (ofEnvironment?.model ? 'environment' : 'provider'),
    connectionFrom: keyed?.origin ?? (own ? 'provider' : 'environment'),
    configured: configured && { ...configured, model, limits: limitsFor(chain, slot, configured) },
  };
}

/** What the rows know about the models of this server, the most specific row first. */
const limitsFor = (chain: readonly Link[], slot: KeySlot, { row, connection }: ConfiguredProvider) =>
  chain.flatMap((link) => {
    const known = link.row[slot].serverLimits;
    return known?.provider === row.id && known.baseUrl === connection.baseUrl ? known.models : [];
  });

const UNKNOWN = { model: null, modelFrom: 'provider', connectionFrom: 'provider', configured: null } as const;

const hasConnection = (choice: ProviderChoice, provider: ProviderRow): boolean =>
  choice.sealedKey !== null || (provider.isKeyless === true && choice.baseUrl !== null);

/** A server at its default address that needs no key. */
const needsNothing = ({ isKeyless, baseUrl }: ProviderRow): boolean => isKeyless === true && baseUrl !== null;

function connect(
  row: AiSettingsRow,
  slot: KeySlot,
  provider: ProviderRow,
  orgId: string,
  { hosts, openKey }: EffectiveDeps,
): ConfiguredProvider | null {
  const { baseUrl: given, sealedKey, keyReplacedAt } = row[slot];
  const address = given ?? provider.baseUrl;
  // Checked on every use: the operator may have removed the host from the list.
  const baseUrl = address === null ? null : acceptBaseUrl(address, hosts);
  if (baseUrl === null) return null;
  const record = { orgId, settingId: row.id, slot };
  return {
    row: provider,
    // A re-encrypted key counts as a different key: a reader with only the old form may be unable to decrypt it.
    id: JSON.stringify([provider.id, baseUrl, row.id, slot, keyReplacedAt, sealedKey && versionOf(sealedKey)]),
    connection: {
      name: provider.id,
      baseUrl,
      wire: defaultWire(provider, baseUrl),
      quirks: quirksAt(provider, baseUrl),
    },
    apiKey: sealedKey === null ? NO_KEY : () => openKey(record, { provider: provider.id, baseUrl: given }, sealedKey),
    model: null,
    payer: { is: 'org' },
  };
}
