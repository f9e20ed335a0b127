// What a page does to the tree of a conversation: asks a question anew, shows another version, forks. Ids are the server's:
// a question that was sent from this page is looked up by the run that answers it.
import type { UIMessage } from '@tanstack/ai-client';
import type { Message } from '../../worker/contract.ts';
import { forkSession, getMessages, giveFeedback, showBranch, takeBackFeedback } from '../api.ts';
import { factsOf } from './answer-facts.ts';
import type { Conversation } from './create-conversation.ts';
import { textOf } from './message-text.ts';
import { asRecord } from './unknown-value.ts';

export type Versions = NonNullable<Message['versions']>;
export type Feedback = NonNullable<Message['feedback']>;

const storedOf = (message: UIMessage) => asRecord(asRecord(message.metadata)['groundwire']);

export function versionsOf(message: UIMessage): Versions | null {
  const versions = asRecord(storedOf(message)['versions']);
  const idsOf = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
  const [questions, answers] = [idsOf(versions['questions']), idsOf(versions['answers'])];
  return questions.length + answers.length > 0 ? { questions, answers } : null;
}

export function storedFeedback(message: UIMessage): Feedback | null {
  const { verdict, comment } = asRecord(storedOf(message)['feedback']);
  if (verdict !== 'up' && verdict !== 'down') return null;
  return { verdict, comment: typeof comment === 'string' ? comment : null };
}

/** More than a page holds of a turn. */
const LOOKED_THROUGH = 60;

/** @throws Problem; null where the server does not know it. */
async function serverIdOf({ id, store }: Conversation, message: UIMessage): Promise<string | null> {
  if (message.role !== 'user' || message.metadata !== undefined) return message.id;
  const { messages, log } = store.get();
  const answer = messages.slice(messages.findIndex((one) => one.id === message.id) + 1).find(isAnswer);
  const runId = answer && factsOf(answer, log)?.runId;
  const stored = await getMessages(id, LOOKED_THROUGH);
  return stored.messages.findLast((one) => one.role === 'user' && one.runId === runId)?.id ?? null;
}

const isAnswer = ({ role }: UIMessage): boolean => role === 'assistant';

/** Asks in place of a question of the page. */
export async function editQuestion(conversation: Conversation, question: UIMessage, text: string): Promise<void> {
  await askAnew(conversation, question, { kind: 'edit', named: question, text });
}

export async function answerAnew(
  conversation: Conversation,
  question: UIMessage,
  answer: UIMessage | undefined,
): Promise<void> {
  await askAnew(conversation, question, { kind: 'again', named: answer ?? question, text: textOf(question) });
}

async function askAnew(
  conversation: Conversation,
  question: UIMessage,
  { kind, named, text }: { kind: 'edit' | 'again'; named: UIMessage; text: string },
): Promise<void> {
  const { store, send } = conversation;
  if (store.get().live) return;
  const messageId = await serverIdOf(conversation, named);
  if (messageId === null || store.get().live) return;
  send(text, { branch: { kind, messageId, from: question.id } });
}

export async function chooseVersion(conversation: Conversation, messageId: string): Promise<void> {
  await showBranch(conversation.id, messageId);
  conversation.reconnect();
}

/** The id of the fork. */
export async function forkHere(conversation: Conversation, message: UIMessage): Promise<string | null> {
  const messageId = await serverIdOf(conversation, message);
  if (messageId === null) return null;
  const fork = await forkSession(conversation.id, { messageId, id: crypto.randomUUID() });
  return fork.id;
}

/** Shown at once, and taken back where the server does not take it. */
export async function judgeAnswer({ id, store }: Conversation, messageId: string, feedback: Feedback | null) {
  const before = store.get().judged;
  store.set({ judged: { ...before, [messageId]: feedback } });
  try {
    if (feedback) await giveFeedback(id, messageId, feedback);
    else await takeBackFeedback(id, messageId);
  } catch (error) {
    store.set({ judged: before });
    throw error;
  }
}
