// Calls to the server's JSON routes. Each throws a Problem for an error response or no response.

import type { Decided } from '../worker/api/approvals/approvals-schema.ts';
import type { Me, SignedOut, SignInMethods } from '../worker/api/identity/identity-schema.ts';
import type { Joined, OpenInvitation } from '../worker/api/members/members-schema.ts';
import type { Message, MessageList } from '../worker/api/messages/messages-schema.ts';
import type { ModelList } from '../worker/api/models/models-schema.ts';
import type { ForkList, Session, SessionList } from '../worker/api/sessions/sessions-schema.ts';
import type { ChoiceList, TemplateList } from '../worker/api/templates/templates-schema.ts';
import type { Estimate, EstimateRequest, Quota } from '../worker/api/usage/usage-schema.ts';
import type { WorkspacePage, WorkspaceTab } from '../worker/api/workspace/workspace-schema.ts';
import { Problem, readProblem, unreachable } from './problem.ts';
import { announceSession, request, requestAsAnyone, setPageIdentity } from './request.ts';

const AI = '/api/v1/ai';
/** The server records a decision in far less. After this long it can be sent again, because it takes effect at most once. */
const DECISION_TIMEOUT_MS = 20_000;

/** A user that a local stack lets you sign in as. */
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

/** The first one settles for whom this page is loaded; see request.ts. */
export async function getMe(): Promise<Me> {
  const me = await call<Me>('GET', '/api/v1/me');
  setPageIdentity(me);
  return me;
}
/** The user who is signed in now and their org, even if the page was loaded for another one. */
export const getCurrentMe = (): Promise<Me> => call('GET', '/api/v1/me', undefined, { send: requestAsAnyone });
/** @param program whose settings apply; null for the organization's */
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
/** Returns the run that carries out the decision and reports on it. */
export const decideApproval = (
  sessionId: string,
  approvalId: string,
  decision: 'approve' | 'decline',
): Promise<Decided> =>
  call(
    'POST',
    `${AI}/sessions/${sessionId}/approvals/${encodeURIComponent(approvalId)}`,
    { decision },
    { timeoutMs: DECISION_TIMEOUT_MS },
  );

/** Creates a session with the messages up to and including this one. Idempotent by the new id. */
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

/** Returns a stream for the caller to read. The same body with `after` resumes the same run after that event. */
export const openDraft = (template: string, { body, after, signal }: Stream & { body: object }): Promise<Response> =>
  request(`${AI}/templates/${encodeURIComponent(template)}/draft`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...resuming(after) },
    body: JSON.stringify(body),
    signal,
  });

/** Stays open and reports changes to the conversation; see chat/runtime/watch.ts. */
export const openWatch = (id: string, signal: AbortSignal): Promise<Response> =>
  request(`${AI}/sessions/${id}/watch`, { headers: { accept: 'text/event-stream' }, signal });

export const openRun = ({
  threadId,
  runId,
  after,
  signal,
}: Stream & { threadId: string; runId: string }): Promise<Response> =>
  request(`${AI}/chat?${new URLSearchParams({ threadId, runId })}`, { headers: resuming(after), signal });

export const getWorkspacePage = (address: string): Promise<WorkspacePage> => call('GET', `/api/v1/workspace${address}`);
export const getWorkspaceTab = (address: string): Promise<WorkspaceTab> => call('GET', `/api/v1/workspace${address}`);

export const chooseOrg = (slug: string): Promise<void> => changeSession('/auth/org', { slug });
export const getSignInMethods = (): Promise<SignInMethods> => call('GET', '/auth/methods');
export const signOut = (): Promise<SignedOut> => changeSession('/auth/sign-out');
export const lookAtInvitation = (token: string): Promise<OpenInvitation> =>
  call('POST', '/auth/invitations/look', { token });
export const acceptInvitation = (token: string): Promise<Joined> =>
  changeSession('/auth/invitations/accept', { token });
export const signInAsDemo = (email: string): Promise<void> => changeSession('/auth/dev', { email });

async function changeSession<T>(path: string, body?: unknown): Promise<T> {
  const result = await call<T>('POST', path, body);
  announceSession();
  return result;
}

/** The users of a local stack; null in deployed builds, where the route doesn't exist. */
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
  {
    keepalive = false,
    timeoutMs,
    send = request,
  }: { keepalive?: boolean; timeoutMs?: number; send?: typeof request } = {},
): Promise<T> {
  const response = await send(path, {
    method,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    keepalive,
    signal: timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await readProblem(response);
  // Only routes typed as void respond without a body.
  if (response.status === 204) return undefined as T;
  return (await response.json().catch(() => undefined)) as T;
}
