// The question that a client of the AI SDK edits or has answered again, by our id. The client may know it by an id of its
// own; then the answer before it, whose run both sides know, says where it stood.
import type { Context } from 'hono';
import { AppError } from '../../durable/errors.ts';
import type { NamedQuestion } from '../dialects/ai-sdk-request.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { readTranscript } from './messages.ts';

const PAGE = 100;

/** @throws AppError NOT_FOUND where no such question is shown */
export async function findQuestion(
  c: Context<EdgeEnv>,
  sessionId: string,
  { id, after }: Pick<NamedQuestion, 'id' | 'after'>,
): Promise<string> {
  let question: string | null = null;
  let before: string | null = null;
  do {
    const { messages, cursor } = await readTranscript(c, sessionId, { limit: PAGE, before });
    for (const message of messages.toReversed()) {
      if (message.role === 'user' && message.id === id) return id;
      if (message.role === 'user') question = message.id;
      else if (message.runId === after && question !== null) return question;
    }
    before = cursor;
  } while (before !== null);
  if (after === null && question !== null) return question;
  throw new AppError('NOT_FOUND', { detail: 'There is no such question in this conversation.' });
}
