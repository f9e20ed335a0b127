// Sends a message while someone else's question is being answered: the server queues it, and this page keeps showing the
// current answer. The queued run's own stream is dropped at once, because the page follows every run when its turn comes.
import { getMessages } from '../../api.ts';
import { Problem, readProblem, unreachable } from '../../problem.ts';
import { request } from '../../request.ts';
import { readEffort } from '../composer/effort-choice.ts';
import { withQueued } from './conversation-status.ts';
import type { ConversationStore } from './conversation-store.ts';
import { type MessageOptions, toForwardedProps } from './forwarded-props.ts';

type QueuedMessage = MessageOptions & { readonly sessionId: string; readonly runId: string; readonly text: string };

/** More than the queue can hold, including the answers in between. */
const NEWEST = 30;

/** Shows the message at once, and keeps its text if the server rejects it. */
export async function sendQueued(
  store: ConversationStore,
  message: Pick<QueuedMessage, 'text' | 'mode' | 'about'>,
): Promise<void> {
  const { sessionId, me, model } = store.get();
  const runId = crypto.randomUUID();
  const { text } = message;
  const withoutThis = () => store.get().outgoing.filter((other) => other.runId !== runId);
  store.set({ rejected: null, outgoing: [...store.get().outgoing, { runId, text }] });
  try {
    await postMessage({ ...message, sessionId, runId, model, effort: readEffort() });
    const { status, queuedTexts, accepted } = store.get();
    store.set({
      accepted: accepted + 1,
      queuedTexts: { ...queuedTexts, [runId]: text },
      status: me === null ? status : withQueued(status, { runId, author: me }),
      outgoing: withoutThis(),
    });
  } catch (error) {
    const problem = error instanceof Problem ? error : unreachable();
    store.set({ rejected: { problem, ...message, at: Date.now() }, outgoing: withoutThis() });
  }
}

async function postMessage({ sessionId: threadId, runId, text, ...options }: QueuedMessage): Promise<void> {
  const response = await request('/api/v1/ai/chat', {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({
      threadId,
      runId,
      messages: [{ id: crypto.randomUUID(), role: 'user', content: text }],
      forwardedProps: toForwardedProps(options),
    }),
  }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await readProblem(response);
  await response.body?.cancel();
}

/** The questions of these runs, by run id. */
export async function getQueuedTexts(
  sessionId: string,
  runIds: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const { messages } = await getMessages(sessionId, NEWEST);
  const questions = messages.filter(({ role, runId }) => role === 'user' && runIds.includes(runId));
  return Object.fromEntries(
    questions.map(({ runId, parts }) => [
      runId,
      parts.map((part) => (part.type === 'text' ? part.content : '')).join(''),
    ]),
  );
}
