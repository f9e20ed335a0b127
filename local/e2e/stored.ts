// What the server stores of a conversation, read without a client library.
import { expect } from 'vitest';
import type { Visitor } from './visitor.ts';

type Stored = {
  readonly role: string;
  readonly status: string;
  readonly parts: readonly { readonly type: string; readonly content?: string }[];
  readonly confirmations: readonly { readonly state: string; readonly outcome: unknown }[];
};

export async function storedIn(visitor: Visitor, sessionId: string): Promise<readonly Stored[]> {
  const reply = await visitor.get(`/api/v1/ai/sessions/${sessionId}/messages`);
  return ((await reply.json()) as { messages: Stored[] }).messages;
}

export async function lastAnswerIn(visitor: Visitor, sessionId: string): Promise<{ text: string; status: string }> {
  const answer = (await storedIn(visitor, sessionId)).findLast(({ role }) => role === 'assistant');
  const text = (answer?.parts ?? []).map(({ content }) => content ?? '').join('');
  return { text, status: answer?.status ?? '' };
}

export const cardsIn = async (visitor: Visitor, sessionId: string) =>
  (await storedIn(visitor, sessionId)).flatMap(({ confirmations }) => confirmations);

export const questionsIn = async (visitor: Visitor, sessionId: string) =>
  (await storedIn(visitor, sessionId)).filter(({ role }) => role === 'user');

export const untilComplete = (visitor: Visitor, sessionId: string): Promise<void> =>
  expect.poll(async () => (await lastAnswerIn(visitor, sessionId)).status).toBe('complete');
