// Sends a message that will wait, while this page goes on showing the turn of somebody else. The run's own stream is let
// go at once: whoever has the page open follows each turn when it comes.

import { getMessages } from '../api.ts';
import { readProblem, unreachable } from '../problem.ts';
import type { SendMode } from './conversation-store.ts';

export async function queueMessage(message: {
  readonly sessionId: string;
  readonly runId: string;
  readonly text: string;
  readonly mode: SendMode;
  readonly model: string | null;
}): Promise<void> {
  const { sessionId: threadId, runId, text, mode, model } = message;
  const response = await fetch('/api/v1/ai/chat', {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({
      threadId,
      runId,
      messages: [{ id: crypto.randomUUID(), role: 'user', content: text }],
      forwardedProps: { ...(mode === 'search' && { mode }), ...(model !== null && { model }) },
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
