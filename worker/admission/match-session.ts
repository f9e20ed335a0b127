// Finds the conversation of a request whose client doesn't know our ids, and stores the marks that will find it for the next
// request. A request that continues a known transcript continues that conversation; any other one starts a new conversation
// with the client's transcript. The lookup is part of the call that admits the request.
import type { Context } from 'hono';
import { accountOf, type SessionLookup, type SessionMark } from '../../durable/contracts/account.ts';
import type { EarlierMessage } from '../../durable/contracts/conversation.ts';
import { RunId } from '../../durable/contracts/transcript.ts';
import { AppError } from '../../durable/errors.ts';
import { exactText } from '../../durable/input-text.ts';
import { logFailure } from '../../durable/log.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { parseInput } from '../http/problem.ts';
import { digestOfTranscript } from '../wires/client-transcript.ts';

const Name = exactText().min(1).max(128);

/** The run's id, if the client chose it: it can then send the same request again. @throws AppError BAD_REQUEST */
export function requestedRunId(c: Context<EdgeEnv>): string | undefined {
  const id = c.req.header('X-Run-Id') ?? c.req.header('Idempotency-Key');
  return id === undefined ? undefined : parseInput(RunId, id);
}

/** The client's name for the conversation: from the header that our replies set, or else from its body. */
export function sessionNameIn(c: Context<EdgeEnv>, own: string | null | undefined): string | null {
  const header = c.req.header('X-Session-Id');
  return header === undefined ? (own ?? null) : parseInput(Name, header);
}

export type Asking = {
  readonly name: string | null;
  readonly earlier: readonly EarlierMessage[];
  /** The run's id, if the client chose it: a repeated request belongs to the same conversation as before. */
  readonly runId: string | undefined;
};

/** A question always has a session; a new one if nothing matches. */
export async function sessionOfQuestion({ name, earlier, runId }: Asking): Promise<SessionLookup> {
  if (name !== null) return { marks: [], name, otherwise: null, runId: runId ?? null };
  const request: SessionMark[] = runId === undefined ? [] : [{ kind: 'request', mark: runId }];
  const marks = [...request, ...(await transcriptMark(earlier))];
  return { marks, name, otherwise: crypto.randomUUID(), runId: runId ?? null };
}

/** The approval determines the conversation; a client's own name could mean another one. */
export const sessionOfApproval = (approvalId: string, name: string | null, runId: string): SessionLookup => ({
  marks: [{ kind: 'approval', mark: approvalId }],
  name,
  otherwise: null,
  runId,
});

/** @throws AppError NOT_FOUND if no session was found */
export function requireFoundSession(c: Context<EdgeEnv>): string {
  const sessionId = c.get('sessionId');
  if (!sessionId) throw new AppError('NOT_FOUND');
  return sessionId;
}

/** Stores what the client will repeat. Never rejects: if it fails, the next request only starts a new conversation. */
export async function rememberReply(
  c: Context<EdgeEnv>,
  sessionId: string,
  reply: { readonly transcript: readonly EarlierMessage[]; readonly approvalIds: readonly string[] },
): Promise<void> {
  const { orgId, subject } = c.get('access');
  const approvals = reply.approvalIds.map((mark): SessionMark => ({ kind: 'approval', mark }));
  const marks = [...(await transcriptMark(reply.transcript)), ...approvals];
  if (marks.length === 0) return;
  try {
    await accountOf(c.env, subject).markSession({ orgId, sessionId, marks });
  } catch (error) {
    logFailure('reply.not_remembered', error, { requestId: c.get('requestId') });
  }
}

async function transcriptMark(transcript: readonly EarlierMessage[]): Promise<SessionMark[]> {
  const mark = await digestOfTranscript(transcript);
  return mark === null ? [] : [{ kind: 'transcript', mark }];
}
