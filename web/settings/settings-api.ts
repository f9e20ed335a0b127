// API calls of the settings pages; see api.ts.
import type { SignInList } from '../../worker/api/identity/identity-schema.ts';
import type {
  Invitation,
  InvitationList,
  Invited,
  Member,
  MemberList,
  RoleList,
} from '../../worker/api/members/members-schema.ts';
import type {
  AiSettingsTestResult,
  AiSettingsView,
  AllowedOriginsView,
  ExperimentalFeatureList,
} from '../../worker/api/settings/settings-schema.ts';
import { call } from '../api.ts';
import { setPageSignIn } from '../request.ts';

export const FEATURES_KEY = ['settings', 'features'] as const;
export const MEMBERS_KEY = ['settings', 'members'] as const;
export const ROLES_KEY = ['settings', 'roles'] as const;
export const INVITATIONS_KEY = ['settings', 'invitations'] as const;

/** The prefix of every scope's key: invalidating it refetches all scopes. */
export const ALL_AI_SETTINGS = ['settings', 'ai'] as const;
export const aiSettingsKey = (program: string | null) => [...ALL_AI_SETTINGS, program] as const;

const FEATURES = '/api/v1/settings/experimental-features';

export const getFeatures = (): Promise<ExperimentalFeatureList> => call('GET', FEATURES);
export const putFeatures = (change: {
  features: Readonly<Record<string, boolean>>;
  version: number;
}): Promise<ExperimentalFeatureList> => call('PUT', FEATURES, change);

export const ALLOWED_ORIGINS_KEY = ['settings', 'allowed-origins'] as const;
const ALLOWED_ORIGINS = '/api/v1/settings/allowed-origins';
export const getAllowedOrigins = (): Promise<AllowedOriginsView> => call('GET', ALLOWED_ORIGINS);
export const putAllowedOrigins = (change: {
  origins: readonly string[];
  version: number;
}): Promise<AllowedOriginsView> => call('PUT', ALLOWED_ORIGINS, change);

/** Fields left out don't change; null clears a field. */
export type ProviderInput = {
  readonly provider?: string | null;
  readonly model?: string | null;
  readonly baseUrl?: string | null;
  readonly wire?: string | null;
  readonly apiKey?: string | null;
};
export type AiSettingsInput = ProviderInput & {
  readonly enabled?: boolean;
  readonly effort?: string | null;
  readonly effortCeiling?: string | null;
  readonly fallback?: ProviderInput | null;
};

/** @param programId null for the organization */
export const getAiSettings = (programId: string | null): Promise<AiSettingsView> => call('GET', aiPath('', programId));
export const createAiSettings = (programId: string | null, settings: AiSettingsInput): Promise<AiSettingsView> =>
  call('POST', aiPath('', programId), settings);
export const updateAiSettings = (
  programId: string | null,
  settings: AiSettingsInput & { readonly version: number },
): Promise<AiSettingsView> => call('PUT', aiPath('', programId), settings);
export const removeAiSettings = (programId: string | null): Promise<void> => call('DELETE', aiPath('', programId));
export const testAiSettings = (
  programId: string | null,
  settings: ProviderInput & { readonly slot: 'primary' | 'fallback' },
): Promise<AiSettingsTestResult> => call('POST', aiPath('/test', programId), settings);

function aiPath(part: string, programId: string | null): string {
  const query = programId === null ? '' : `?${new URLSearchParams({ programId })}`;
  return `/api/v1/ai/settings${part}${query}`;
}

export const getMembers = (cursor: string | null): Promise<MemberList> =>
  call('GET', `/api/v1/members${cursor === null ? '' : `?${new URLSearchParams({ cursor })}`}`);
export const getRoles = (): Promise<RoleList> => call('GET', '/api/v1/roles');
export const getInvitations = (): Promise<InvitationList> => call('GET', '/api/v1/invitations');
export const changeMember = (userId: string, role: string): Promise<Member> =>
  call('PATCH', `/api/v1/members/${userId}`, { role });
export const removeMember = (userId: string): Promise<void> => call('DELETE', `/api/v1/members/${userId}`);
export const invite = (invitation: { email: string; role: string }): Promise<Invited> =>
  call('POST', '/api/v1/invitations', invitation);
export const revokeInvitation = ({ id }: Pick<Invitation, 'id'>): Promise<void> =>
  call('DELETE', `/api/v1/invitations/${id}`);

export const SIGN_INS_KEY = ['sign-ins'] as const;
export async function getSignIns(): Promise<SignInList> {
  const list = await call<SignInList>('GET', '/api/v1/me/sign-ins');
  const current = list.signIns.find(({ isCurrent }) => isCurrent);
  if (current) setPageSignIn(current.id);
  return list;
}
export const endSignIn = (id: string): Promise<void> => call('DELETE', `/api/v1/me/sign-ins/${id}`);
export const endSignIns = (which: 'others' | 'all'): Promise<{ ended: number }> =>
  call('POST', '/api/v1/me/sign-ins/end', { which });
