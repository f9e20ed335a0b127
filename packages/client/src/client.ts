// The client: a conversation's runs and the user's sessions, for programs that bring their own user interface.
import type {
  Confirmation,
  Decided,
  ListedSession,
  Message,
  MessageList,
  NewSession,
  Session,
  SessionChange,
  SessionList,
} from './api-types.ts';
import { GroundwireError, type GroundwireErrorCode, type LocalErrorCode } from './errors.ts';
import type { Interrupt, RunEvent, RunOutcome } from './events.ts';
import { type ClientOptions, createHttp, type TokenRequest } from './http.ts';
import { followRun, type OpenStream, type Run, type RunResult, resultOf } from './run.ts';

const API = '/api/v1/ai';

/** Something that the user's page shows; at most 8 kB together. The model reads it as data. */
export type ContextItem = {
  readonly type?: string;
  readonly id?: string | number;
  readonly title: string;
  readonly data?: unknown;
};

export type Question = {
  readonly text: string;
  /** A UUID. Without it a new session begins. */
  readonly sessionId?: string;
  /** Sending the same id again in the same session replays the run. */
  readonly runId?: string;
  readonly context?: readonly ContextItem[];
  readonly model?: string;
  readonly mode?: 'chat' | 'search';
  readonly effort?: 'fast' | 'balanced' | 'thorough';
  /** By id, code or name. */
  readonly programId?: string;
  readonly designId?: string;
  /** The id of a question that this one replaces, on a new branch. */
  readonly edits?: string;
  /** The id of an answer to write again. */
  readonly regenerates?: string;
};

type Reading = {
  /** Ends the reading with an error. It doesn't stop the run. */
  readonly signal?: AbortSignal;
};

export type Client = ReturnType<typeof createClient>;

export function createClient(options: ClientOptions) {
  const http = createHttp(options);

  const toRun = (
    ids: { sessionId: string; runId: string },
    open: OpenStream,
    reading: Reading & { after?: string },
  ): Run => {
    const events = followRun(open, { after: reading.after ?? null, signal: reading.signal });
    return { ...ids, events, result: () => resultOf(events), stop: () => stop(ids) };
  };

  /** Nothing is sent before the run's events are read. Repeating the request after a lost connection runs nothing twice. */
  function send(question: Question, reading: Reading = {}): Run {
    const { text, sessionId: threadId = crypto.randomUUID(), runId = crypto.randomUUID(), context, ...rest } = question;
    const body = {
      threadId,
      runId,
      messages: [{ id: runId, role: 'user', content: text }],
      ...(context && { context }),
      forwardedProps: rest,
    };
    const open: OpenStream = (after) =>
      http.request(`${API}/chat`, {
        method: 'POST',
        body,
        headers: after === null ? {} : { 'Last-Event-ID': after },
        signal: reading.signal,
      });
    return toRun({ sessionId: threadId, runId }, open, reading);
  }

  /** A run that began elsewhere, or before a reload. `after` is the id of the last event that is known. */
  function follow(ids: { sessionId: string; runId: string }, reading: Reading & { readonly after?: string } = {}): Run {
    const path = `${API}/chat?${new URLSearchParams({ threadId: ids.sessionId, runId: ids.runId })}`;
    const open: OpenStream = (after) =>
      http.request(`${path}&offset=${after === null ? '-1' : encodeURIComponent(after)}`, { signal: reading.signal });
    return toRun({ sessionId: ids.sessionId, runId: ids.runId }, open, reading);
  }

  async function stop({ sessionId, runId }: { sessionId: string; runId: string }): Promise<void> {
    const call = { method: 'POST', body: { threadId: sessionId } };
    await http.json(`${API}/runs/${encodeURIComponent(runId)}/cancel`, call);
  }

  /** Decides on a change that waits. The run makes it and reports the result. */
  async function decide(
    { sessionId, approvalId, approve }: { sessionId: string; approvalId: string; approve: boolean },
    reading: Reading = {},
  ): Promise<Run & { readonly confirmation: Confirmation }> {
    const path = `${sessionPath(sessionId)}/approvals/${encodeURIComponent(approvalId)}`;
    const body = { decision: approve ? 'approve' : 'decline' };
    const { runId, confirmation } = await http.json<Decided>(path, { method: 'POST', body });
    return { ...follow({ sessionId, runId }, reading), confirmation };
  }

  const messages = (sessionId: string, page: { limit?: number; before?: string } = {}): Promise<MessageList> =>
    http.json(`${sessionPath(sessionId)}/messages${queryOf(page)}`);

  const change = (sessionId: string, changes: SessionChange): Promise<Session> =>
    http.json(sessionPath(sessionId), { method: 'PATCH', body: changes });

  const sessions = {
    list: (query: { q?: string; limit?: number; cursor?: string } = {}): Promise<SessionList> =>
      http.json(`${API}/sessions${queryOf(query)}`),
    read: (sessionId: string): Promise<Session> => http.json(sessionPath(sessionId)),
    create: (draft: NewSession = {}): Promise<Session> => http.json(`${API}/sessions`, { method: 'POST', body: draft }),
    rename: (sessionId: string, title: string): Promise<Session> => change(sessionId, { title }),
    change,
    delete: async (sessionId: string): Promise<void> => {
      await http.request(sessionPath(sessionId), { method: 'DELETE' });
    },
  };

  return { send, follow, stop, decide, messages, sessions };
}

const sessionPath = (sessionId: string): string => `${API}/sessions/${encodeURIComponent(sessionId)}`;

function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

export type {
  ClientOptions,
  Confirmation,
  GroundwireErrorCode,
  Interrupt,
  ListedSession,
  LocalErrorCode,
  Message,
  MessageList,
  NewSession,
  Run,
  RunEvent,
  RunOutcome,
  RunResult,
  Session,
  SessionChange,
  SessionList,
  TokenRequest,
};
export { GroundwireError };
