// Sends a message that will wait, while this page goes on showing the turn of somebody else. The run's own stream is let
// go at once: whoever has the page open follows each turn when it comes.
import { getMessages } from '../api.ts';
import { readProblem, unreachable } from '../problem.ts';
import { type Along, forwarded } from './forwarded.ts';

export type QueuedMessage = Along & { readonly sessionId: string; readonly runId: string; readonly text: string };

export async function queueMessage({ sessionId: threadId, runId, text, ...along }: QueuedMessage): Promise<void> {
  const response = await fetch('/api/v1/ai/chat', {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({
      threadId,
      runId,
      messages: [{ id: crypto.randomUUID(), role: 'user', content: text }],
      forwardedProps: forwarded(along),
    }),
  }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await readProblem(response);
  await response.body?.cancel();
}

/** More than may wait, with the answers between. */
const NEWEST = 30;

/** What was asked in these runs. */
export async function getWaitingWords(
  sessionId: string,
  runIds: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const { messages } = await getMessages(sessionId, NEWEST);
  const asked = messages.filter(({ role, runId }) => role === 'user' && runIds.includes(runId));
  return Object.fromEntries(
    asked.map(({ runId, parts }) => [runId, parts.map((part) => (part.type === 'text' ? part.content : '')).join('')]),
  );
}
