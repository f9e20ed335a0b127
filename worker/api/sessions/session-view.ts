// A conversation's record as the API shows it.
import type { Context } from 'hono';
import { conversationOf } from '../../../durable/contracts/conversation.ts';
import type { SessionRecord } from '../../../durable/contracts/session.ts';
import type { EdgeEnv } from '../../edge-env.ts';
import { refusedBy } from '../../http/problem.ts';
import type { Session } from './sessions-schema.ts';

export const toSession = (record: SessionRecord, activeRunId: string | null): Session => ({
  id: record.id,
  title: record.title,
  model: record.model,
  programId: record.programId,
  designId: record.designId,
  pinned: record.pinned,
  audience: record.audience ?? 'private',
  forkedFrom: record.forkedFrom ?? null,
  createdAt: new Date(record.createdAt).toISOString(),
  updatedAt: new Date(record.updatedAt).toISOString(),
  activeRunId,
});

/** @throws AppError NOT_FOUND if the user can't see it */
export async function readSession(c: Context<EdgeEnv>, sessionId: string): Promise<Session> {
  const access = c.get('access');
  const answer = await conversationOf(c.env, access.orgId, sessionId).read({ access });
  if (!answer.ok) throw refusedBy(answer);
  return toSession(answer.session, answer.activeRunId);
}
