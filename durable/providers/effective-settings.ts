// Which provider answers in a scope: the program's row, else the org's, else the environment, value by value. A key and the
// address that it was entered for stay together: a row that names an address never sends another row's key there.
import type { KeySlot } from '../secrets/provider-key.ts';
import { versionOf } from '../secrets/sealed-secret.ts';
import type { AiSettingsRow, ProviderChoice, SettingsScope } from './ai-settings.ts';
import { acceptBaseUrl, type HostRules } from './provider-hosts.ts';
import { type Configured, findProvider, NO_KEY, type ProviderConfig, type ProviderRow, quirksAt } from './registry.ts';

/** `provider`: what the provider has where nobody said anything. */
export type Origin = 'program' | 'organisation' | 'environment' | 'provider';

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

/** What holds, and where each part of it comes from. */
export type Effective = {
  /** False where a settings row turned the assistant off, for any of the programs named. */
  readonly enabled: boolean;
  readonly enabledFrom: Origin;
  readonly config: ProviderConfig;
  /** Null where no row says which provider: the environment's own order of preference holds then. */
  readonly primary: Picked | null;
  readonly fallback: Picked | null;
};

/** A provider that a row names. `configured` is null where there is no key, or no address that a key may go to. */
export type Picked = {
  readonly provider: string;
  readonly providerFrom: Origin;
  readonly model: string | null;
  readonly modelFrom: Origin;
  readonly connectionFrom: Origin;
  readonly configured: Configured | null;
};

type Link = { readonly row: AiSettingsRow; readonly origin: Origin };

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
      configured: primary ? listed(primary) : environment.configured,
      fallback: fallback?.configured ?? null,
    },
    primary,
    fallback,
  };
}

const listed = ({ configured }: Picked): readonly Configured[] => (configured ? [configured] : []);

/** The rows that speak for a program, or for the org itself, the nearest first. */
function chainFor({ settings }: SettingsScope, program: string | undefined): readonly Link[] {
  const ofProgram = program === undefined ? undefined : settings.find((row) => isOf(row, program));
  const ofOrg = settings.find(({ programId }) => programId === null);
  return [
    ...(ofProgram ? [{ row: ofProgram, origin: 'program' as const }] : []),
    ...(ofOrg ? [{ row: ofOrg, origin: 'organisation' as const }] : []),
  ];
}

/** By its id. Conversations of earlier releases kept what a client named it by: its code in whatever case, for one. */
const isOf = ({ programId, programCode }: AiSettingsRow, program: string): boolean =>
  programId !== null && [programId, programCode?.toLowerCase()].includes(program.trim().toLowerCase());

/** The nearest row has the switch. */
function switchOf([nearest]: readonly Link[]): { readonly enabled: boolean; readonly enabledFrom: Origin } {
  if (!nearest) return { enabled: true, enabledFrom: 'environment' };
  return { enabled: nearest.row.enabled, enabledFrom: nearest.origin };
}

function pick(chain: readonly Link[], slot: KeySlot, orgId: string, deps: EffectiveDeps): Picked | null {
  const start = chain.findIndex(({ row }) => row[slot].provider !== null);
  const first = chain[start];
  if (!first) return null;
  const name = first.row[slot].provider ?? '';
  const provider = findProvider(name);
  // Named by another release of ours. Nobody else may stand in for it.
  if (!provider) return { ...UNKNOWN, provider: name, providerFrom: first.origin };
  // Further rows count as far as they are about the same provider.
  const about = chain.slice(start).filter(({ row }) => row[slot].provider === provider.id);
  const ofEnvironment = deps.environment.configured.find(({ row }) => row.id === provider.id);
  const named = about.find(({ row }) => row[slot].model !== null);
  const model = named?.row[slot].model ?? ofEnvironment?.model ?? null;
  const keyed = about.find(({ row }) => hasConnection(row[slot], provider));
  const own = keyed ?? (ofEnvironment || !needsNothing(provider) ? undefined : first);
  const configured = own ? connect(own.row, slot, provider, orgId, deps) : (ofEnvironment ?? null);
  return {
    provider: provider.id,
    providerFrom: first.origin,
    model: model ?? provider.defaultModel,
    modelFrom: named?.origin ?? (ofEnvironment?.model ? 'environment' : 'provider'),
    connectionFrom: keyed?.origin ?? (own ? 'provider' : 'environment'),
    configured: configured && { ...configured, model },
  };
}

const UNKNOWN = { model: null, modelFrom: 'provider', connectionFrom: 'provider', configured: null } as const;

const hasConnection = (choice: ProviderChoice, provider: ProviderRow): boolean =>
  choice.sealedKey !== null || (provider.isKeyless === true && choice.baseUrl !== null);

/** A server at its usual address that takes no key. */
const needsNothing = ({ isKeyless, baseUrl }: ProviderRow): boolean => isKeyless === true && baseUrl !== null;

function connect(
  row: AiSettingsRow,
  slot: KeySlot,
  provider: ProviderRow,
  orgId: string,
  { hosts, openKey }: EffectiveDeps,
): Configured | null {
  const { baseUrl: given, sealedKey, keyReplacedAt } = row[slot];
  const address = given ?? provider.baseUrl;
  // Checked again at each use: the operator may have taken a host off the list since.
  const baseUrl = address === null ? null : acceptBaseUrl(address, hosts);
  if (baseUrl === null) return null;
  const record = { orgId, settingId: row.id, slot };
  return {
    row: provider,
    // A key that was wrapped anew is another one too: who has the old form only may be unable to open it.
    id: JSON.stringify([provider.id, baseUrl, row.id, slot, keyReplacedAt, sealedKey && versionOf(sealedKey)]),
    connection: { name: provider.id, baseUrl, quirks: quirksAt(provider, baseUrl) },
    apiKey: sealedKey === null ? NO_KEY : () => openKey(record, { provider: provider.id, baseUrl: given }, sealedKey),
    model: null,
  };
}
