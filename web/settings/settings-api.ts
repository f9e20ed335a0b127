// Calls of the settings pages; see api.ts.
import type {
  Invitation,
  InvitationList,
  Invited,
  Member,
  MemberList,
  RoleList,
} from '../../worker/members-contract.ts';
import type { AiSettingsTestResult, AiSettingsView, ExperimentalFeatureList } from '../../worker/settings-contract.ts';
import { call } from '../api.ts';

const FEATURES = '/api/v1/settings/experimental-features';

export const getFeatures = (): Promise<ExperimentalFeatureList> => call('GET', FEATURES);
export const putFeatures = (change: {
  features: Readonly<Record<string, boolean>>;
  version: number;
}): Promise<ExperimentalFeatureList> => call('PUT', FEATURES, change);

/** A field that is left out stays as it is; null clears it. */
export type ProviderInput = {
  readonly provider?: string | null;
  readonly model?: string | null;
  readonly baseUrl?: string | null;
  readonly apiKey?: string | null;
};
export type AiSettingsInput = ProviderInput & {
  readonly enabled?: boolean;
  readonly fallback?: ProviderInput | null;
};

/** @param programId null for the organisation itself */
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
