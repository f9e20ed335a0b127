// Which conversation a request belongs to whose client knows no ids of ours, and what makes the next one known. A client
// that goes on from where its conversation stands goes on in it; anything else begins a new one, with what the client
// says came before. The answer comes with the hop that admits the request.
import type { Context } from 'hono';
import { z } from 'zod';
import { accountOf } from '../durable/account/account-stub.ts';
import type { SessionMark, SessionQuestion } from '../durable/account/requests.ts';
import type { EarlierMessage } from '../durable/conversation/requests.ts';
import { AppError } from '../durable/errors.ts';
import { logFailure } from '../durable/log.ts';
import { digestOfTranscript } from './dialects/client-transcript.ts';
import type { EdgeEnv } from './edge-env.ts';
import { parseInput } from './problem.ts';

const Name = z.string().min(1).max(128);

/** The client's name for the conversation: by the header of our replies, else as its wire has it. */
export function sessionNameIn(c: Context<EdgeEnv>, own: string | null | undefined): string | null {
  const header = c.req.header('X-Session-Id');
  return header === undefined ? (own ?? null) : parseInput(Name, header);
}

export type Asking = {
  readonly name: string | null;
  readonly earlier: readonly EarlierMessage[];
  /** The run's id, where the client chose it: the same request again belongs where it belonged before. */
  readonly runId: string | undefined;
};

/** A question always has a session, if need be a new one. */
export async function sessionOfQuestion({ name, earlier, runId }: Asking): Promise<SessionQuestion> {
  if (name !== null) return { marks: [], name, otherwise: null, runId: runId ?? null };
  const request: SessionMark[] = runId === undefined ? [] : [{ kind: 'request', mark: runId }];
  const marks = [...request, ...(await transcriptMark(earlier))];
  return { marks, name, otherwise: crypto.randomUUID(), runId: runId ?? null };
}

/** The card leads to its conversation; a client's own name may mean another one. */
export const sessionOfCard = (approvalId: string, name: string | null, runId: string): SessionQuestion => ({
  marks: [{ kind: 'approval', mark: approvalId }],
  name,
  otherwise: null,
  runId,
});

/** What came of it. @throws AppError NOT_FOUND where nothing leads to a session. */
export function requireFoundSession(c: Context<EdgeEnv>): string {
  const sessionId = c.get('sessionId');
  if (!sessionId) throw new AppError('NOT_FOUND');
  return sessionId;
}

/** Makes known what a client will repeat. Never rejects: without it the next request only begins a new conversation. */
export async function rememberReply(
  c: Context<EdgeEnv>,
  sessionId: string,
  reply: { readonly transcript: readonly EarlierMessage[]; readonly approvalIds: readonly string[] },
): Promise<void> {
  const { orgId, subject } = c.get('access');
  const cards = reply.approvalIds.map((mark): SessionMark => ({ kind: 'approval', mark }));
  const marks = [...(await transcriptMark(reply.transcript)), ...cards];
  if (marks.length === 0) return;
  try {
    await accountOf(c.env, subject).markSession({ orgId, sessionId, marks });
  } catch (error) {
    logFailure('a reply was not remembered', error, { requestId: c.get('requestId') });
  }
}

async function transcriptMark(transcript: readonly EarlierMessage[]): Promise<SessionMark[]> {
  const mark = await digestOfTranscript(transcript);
  return mark === null ? [] : [{ kind: 'transcript', mark }];
}
