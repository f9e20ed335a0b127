// Versions and forks: editing a question, regenerating an answer, switching versions and forking. These need server ids,
// so a question sent from this page is first looked up by the run that answers it.
import type { UIMessage } from '@tanstack/ai-client';
import type { Message } from '../../../worker/api/messages/messages-schema.ts';
import { forkSession, getMessages, showBranch } from '../../api.ts';
import { asRecord } from '../../unknown-value.ts';
import { metadataOf } from '../answer/answer-metadata.ts';
import { textOf } from '../transcript/message-text.ts';
import type { Conversation } from './create-conversation.ts';

export type MessageVersions = NonNullable<Message['versions']>;

/** The ids of a question's versions and of its answer's versions; null if there is only one of each. */
export function versionsOf(message: UIMessage): MessageVersions | null {
  const versions = asRecord(asRecord(asRecord(message.metadata)['groundwire'])['versions']);
  const idsOf = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
  const [questions, answers] = [idsOf(versions['questions']), idsOf(versions['answers'])];
  return questions.length + answers.length > 0 ? { questions, answers } : null;
}

/** More messages than one turn can have. */
const LOOKUP_LIMIT = 60;

/** The server's id of a message, or null if the server doesn't know it. @throws Problem */
async function serverIdOf({ id, store }: Conversation, message: UIMessage): Promise<string | null> {
  if (message.role !== 'user' || message.metadata !== undefined) return message.id;
  const { messages, log } = store.get();
  const answer = messages.slice(messages.findIndex((one) => one.id === message.id) + 1).find(isAnswer);
  const runId = answer && metadataOf(answer, log)?.runId;
  const stored = await getMessages(id, LOOKUP_LIMIT);
  return stored.messages.findLast((one) => one.role === 'user' && one.runId === runId)?.id ?? null;
}

const isAnswer = ({ role }: UIMessage): boolean => role === 'assistant';

/** Sends an edited question as a new version of it. */
export async function editQuestion(conversation: Conversation, question: UIMessage, text: string): Promise<void> {
  await sendAsBranch(conversation, question, { kind: 'edit', target: question, text });
}

export async function regenerateAnswer(
  conversation: Conversation,
  question: UIMessage,
  answer: UIMessage | undefined,
): Promise<void> {
  await sendAsBranch(conversation, question, { kind: 'again', target: answer ?? question, text: textOf(question) });
}

async function sendAsBranch(
  conversation: Conversation,
  question: UIMessage,
  { kind, target, text }: { kind: 'edit' | 'again'; target: UIMessage; text: string },
): Promise<void> {
  const { store, send } = conversation;
  if (store.get().live) return;
  const messageId = await serverIdOf(conversation, target);
  if (messageId === null || store.get().live) return;
  send(text, { branch: { kind, messageId, from: question.id } });
}

export async function chooseVersion(conversation: Conversation, messageId: string): Promise<void> {
  await showBranch(conversation.id, messageId);
  conversation.reconnect();
}

/** Returns the id of the fork, or null if the server doesn't know the message. */
export async function forkConversation(conversation: Conversation, message: UIMessage): Promise<string | null> {
  const messageId = await serverIdOf(conversation, message);
  if (messageId === null) return null;
  const fork = await forkSession(conversation.id, { messageId, id: crypto.randomUUID() });
  return fork.id;
}
