// Calls to the server's JSON routes. Each throws a Problem where the server refuses or does not answer.
import type { ForkList } from '../worker/branching-contract.ts';
import type {
  Decided,
  Me,
  Message,
  MessageList,
  ModelList,
  Session,
  SessionList,
  WorkspacePage,
  WorkspaceTab,
} from '../worker/contract.ts';
import type { Joined, OpenInvitation, SignedOut, SignInMethods } from '../worker/members-contract.ts';
import type { ChoiceList, TemplateList } from '../worker/templates-contract.ts';
import type { Estimate, EstimateRequest, Quota } from '../worker/usage-contract.ts';
import { Problem, readProblem, unreachable } from './problem.ts';

const AI = '/api/v1/ai';

/** Someone whom a local stack lets anyone be. */
export type DemoPerson = {
  readonly email: string;
  readonly name: string;
  readonly orgs: readonly {
    readonly slug: string;
    readonly name: string;
    readonly role: string;
    readonly aiAssistant: boolean;
  }[];
};

export const getMe = (): Promise<Me> => call('GET', '/api/v1/me');
/** @param program whose settings are to hold; null for the organisation's */
export const getModels = (program: string | null): Promise<ModelList> =>
  call('GET', `${AI}/models${program === null ? '' : `?${new URLSearchParams({ programId: program })}`}`);
export const estimateMessage = (message: EstimateRequest): Promise<Estimate> => call('POST', `${AI}/estimate`, message);
export const getQuota = (): Promise<Quota> => call('GET', `${AI}/quota`);
export const getSession = (id: string): Promise<Session> => call('GET', `${AI}/sessions/${id}`);

export function getSessions(options: { limit: number; cursor: string | null; words: string }): Promise<SessionList> {
  const search = new URLSearchParams({ limit: String(options.limit) });
  if (options.cursor !== null) search.set('cursor', options.cursor);
  if (options.words !== '') search.set('q', options.words);
  return call('GET', `${AI}/sessions?${search}`);
}

export const getMessages = (id: string, limit: number): Promise<MessageList> =>
  call('GET', `${AI}/sessions/${id}/messages?limit=${limit}`);

export const patchSession = (
  id: string,
  patch: { title?: string; model?: string; pinned?: boolean },
): Promise<Session> => call('PATCH', `${AI}/sessions/${id}`, patch);

/** `keepalive` lets the request outlive the page that sends it. */
export const deleteSession = (id: string): Promise<void> =>
  call('DELETE', `${AI}/sessions/${id}`, undefined, { keepalive: true });

export const cancelRun = (runId: string, threadId: string): Promise<unknown> =>
  call('POST', `${AI}/runs/${encodeURIComponent(runId)}/cancel`, { threadId });
/** The run in which what was decided is done and reported. */
export const decideApproval = (
  sessionId: string,
  approvalId: string,
  decision: 'approve' | 'decline',
): Promise<Decided> =>
  call('POST', `${AI}/sessions/${sessionId}/approvals/${encodeURIComponent(approvalId)}`, { decision });

/** The session that begins with what was said up to the message; sent again with the same id it is the same one. */
export const forkSession = (id: string, fork: { messageId: string; id: string }): Promise<Session> =>
  call('POST', `${AI}/sessions/${id}/fork`, fork);
export const getForks = (id: string): Promise<ForkList> => call('GET', `${AI}/sessions/${id}/forks`);
export const showBranch = (id: string, messageId: string): Promise<Session> =>
  call('PUT', `${AI}/sessions/${id}/branch`, { messageId });
export const giveFeedback = (
  id: string,
  messageId: string,
  feedback: NonNullable<Message['feedback']>,
): Promise<unknown> => call('PUT', `${AI}/sessions/${id}/messages/${messageId}/feedback`, feedback);
export const takeBackFeedback = (id: string, messageId: string): Promise<void> =>
  call('DELETE', `${AI}/sessions/${id}/messages/${messageId}/feedback`);

export const getTemplates = (): Promise<TemplateList> => call('GET', `${AI}/templates`);

export function getChoices(
  template: string,
  field: string,
  asked: { words: string; within: string | null },
): Promise<ChoiceList> {
  const search = new URLSearchParams();
  if (asked.words !== '') search.set('q', asked.words);
  if (asked.within !== null) search.set('within', asked.within);
  return call(
    'GET',
    `${AI}/templates/${encodeURIComponent(template)}/fields/${encodeURIComponent(field)}/choices?${search}`,
  );
}

type Stream = { after: string | null; signal: AbortSignal };
const resuming = (after: string | null): Record<string, string> => (after === null ? {} : { 'last-event-id': after });

/** A stream, which the caller reads. The same body again takes the same run up after an event. */
export const openDraft = (template: string, { body, after, signal }: Stream & { body: object }): Promise<Response> =>
  fetch(`${AI}/templates/${encodeURIComponent(template)}/draft`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...resuming(after) },
    body: JSON.stringify(body),
    signal,
  });

export const openRun = ({
  threadId,
  runId,
  after,
  signal,
}: Stream & { threadId: string; runId: string }): Promise<Response> =>
  fetch(`${AI}/chat?${new URLSearchParams({ threadId, runId })}`, { headers: resuming(after), signal });

export const getWorkspacePage = (address: string): Promise<WorkspacePage> => call('GET', `/api/v1/workspace${address}`);
export const getWorkspaceTab = (address: string): Promise<WorkspaceTab> => call('GET', `/api/v1/workspace${address}`);

export const chooseOrg = (slug: string): Promise<void> => call('POST', '/auth/org', { slug });
export const getSignInMethods = (): Promise<SignInMethods> => call('GET', '/auth/methods');
export const signOut = (): Promise<SignedOut> => call('POST', '/auth/sign-out');
export const lookAtInvitation = (token: string): Promise<OpenInvitation> =>
  call('POST', '/auth/invitations/look', { token });
export const acceptInvitation = (token: string): Promise<Joined> => call('POST', '/auth/invitations/accept', { token });
export const signInAsDemo = (email: string): Promise<void> => call('POST', '/auth/dev', { email });

/** The people of a local stack; null where the route does not exist, as in every deployed build. */
export async function getDemoPeople(): Promise<readonly DemoPerson[] | null> {
  try {
    const { people } = await call<{ people: readonly DemoPerson[] }>('GET', '/auth/dev');
    return people;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  options: { keepalive?: boolean } = {},
): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    keepalive: options.keepalive ?? false,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await readProblem(response);
  // Only the routes typed as void answer without a body.
  if (response.status === 204) return undefined as T;
  return (await response.json().catch(() => undefined)) as T;
}
