// The Worker's process dies in the middle of an answer. Shown text is not lost, and the conversation still works.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Stack } from '../stack/stack.ts';
import { startTestStack } from '../testing/test-stack.ts';
import { collectEvents, readEvents, type Sent, textOf } from './sse.ts';
import { askBody, signIn, type Visitor } from './visitor.ts';

type Stored = {
  role: string;
  status: string;
  parts: { content: string }[];
  usage: { estimated: boolean } | null;
  costMicros: number | null;
};

let stack: Stack;
let ada: Visitor;

beforeAll(async () => {
  stack = await startTestStack({ demo: { pace: { firstTokenMs: 20, tokenMs: 10 } } });
  ada = await signIn(stack, 'ada@cascade.test');
});

afterAll(async () => {
  await stack?.stop();
});

async function transcript(threadId: string): Promise<Stored[]> {
  const reply = await ada.get(`/api/v1/ai/sessions/${threadId}/messages`);
  return ((await reply.json()) as { messages: Stored[] }).messages;
}

/** Read as the database's owner, without row-level security. */
async function storedRows(threadId: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: stack.databaseOwnerUrl });
  await client.connect();
  try {
    const query = 'select role, status, content from ai_messages where conversation_id = $1 order by ordinal, position';
    return (await client.query(query, [threadId])).rows;
  } finally {
    await client.end();
  }
}

it('keeps the partial answer as interrupted when the Worker is killed, and the next message works (R43)', async () => {
  const threadId = crypto.randomUUID();
  const hold = stack.demo?.holdNext({ afterTokens: 40 });
  const reply = await ada.send('POST', '/api/v1/ai/chat', askBody(threadId, 'killed', 'Count to 200'));
  const shown: Sent[] = [];
  const reading = (async () => {
    for await (const sent of readEvents(reply)) shown.push(sent);
  })().catch(() => 'cut off');
  await hold?.reached;
  await expect.poll(() => textOf(shown).length).toBeGreaterThan(20);

  await stack.killWorker();
  await reading;
  hold?.release();
  await stack.startWorker();

  const [question, answer] = await transcript(threadId);
  expect(question?.role).toBe('user');
  expect(answer?.status).toBe('interrupted');
  expect(answer?.parts[0]?.content.startsWith(textOf(shown))).toBe(true);
  expect(answer?.usage?.estimated).toBe(true);
  expect(answer?.costMicros).toBeGreaterThan(0);

  const resumed = await fetch(`${stack.url}/api/v1/ai/chat?runId=killed&threadId=${threadId}`, {
    headers: { ...ada.headers, 'Last-Event-ID': shown.at(-1)?.id ?? '' },
  });
  const rest = await collectEvents(resumed);
  expect(textOf([...shown, ...rest])).toBe(answer?.parts[0]?.content);
  expect(rest.at(-1)?.event).toMatchObject({ type: 'RUN_ERROR', code: 'RUN_INTERRUPTED' });
  const ids = [...shown, ...rest].map(({ id }) => Number(id?.split('.').at(-1)));
  expect(ids).toEqual(ids.map((_, index) => index));

  const next = await collectEvents(await ada.send('POST', '/api/v1/ai/chat', askBody(threadId, 'after', 'hello')));
  expect(next.at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
});

it('keeps a message acknowledged before the kill in the transcript, and stores it in Postgres (R41)', async () => {
  const threadId = crypto.randomUUID();
  const hold = stack.demo?.holdNext({ afterTokens: 0 });
  const reply = await ada.send('POST', '/api/v1/ai/chat', askBody(threadId, 'early', 'remember me'));
  expect(reply.status).toBe(200);
  await stack.killWorker();
  hold?.release();
  await stack.startWorker();
  const messages = await transcript(threadId);
  expect(messages.map(({ role, status }) => [role, status])).toEqual([
    ['user', 'complete'],
    ['assistant', 'interrupted'],
  ]);
  await expect
    .poll(() => storedRows(threadId))
    .toEqual([
      { role: 'user', status: 'complete', content: 'remember me' },
      { role: 'assistant', status: 'interrupted', content: '' },
    ]);
});
