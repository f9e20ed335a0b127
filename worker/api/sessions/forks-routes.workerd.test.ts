import { beforeEach, expect, it } from 'vitest';
import { chatBody, readEvents, readProblem, refillRate, signedIn, type Visitor } from '../../visitor.fixture.ts';

const AI = '/api/v1/ai';
type Shown = {
  readonly id: string;
  readonly role: string;
  readonly versions: { readonly questions: string[]; readonly answers: string[] } | null;
  readonly feedback: { readonly verdict: string } | null;
};

let ada: Visitor;
beforeEach(async () => {
  await refillRate('ada@cascade.test');
  ada = await signedIn('ada@cascade.test');
});

async function say(id: string, text: string, forwardedProps: Record<string, string> = {}) {
  const body = { ...chatBody(id, crypto.randomUUID(), text), forwardedProps };
  return readEvents(await ada(`${AI}/chat`, { body }));
}

async function messagesOf(id: string): Promise<Shown[]> {
  const reply = await ada(`${AI}/sessions/${id}/messages`);
  return (await reply.json<{ messages: Shown[] }>()).messages;
}

it('a fork is made once for its id, names its original, and is listed there', async () => {
  const id = crypto.randomUUID();
  await say(id, 'What is 2 + 2?');
  const messageId = (await messagesOf(id)).at(-1)?.id ?? '';
  const body = { messageId, id: crypto.randomUUID() };
  const first = await ada(`${AI}/sessions/${id}/fork`, { body });
  const again = await ada(`${AI}/sessions/${id}/fork`, { body });
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(await first.json()).toMatchObject({ id: body.id, forkedFrom: { sessionId: id, messageId } });
  await expect
    .poll(async () => (await ada(`${AI}/sessions/${id}/forks`)).json())
    .toMatchObject({ forks: [{ id: body.id }] });
  const taken = await ada(`${AI}/sessions/${id}/fork`, { body: { messageId, id } });
  expect(await readProblem(taken)).toMatchObject({ status: 409, code: 'SESSION_ID_TAKEN' });
});

it('a question is edited and answered again by what AG-UI forwards, and a version is chosen', async () => {
  const id = crypto.randomUUID();
  await say(id, 'What is 2 + 2?');
  const [question, answer] = await messagesOf(id);
  await say(id, 'What is 3 + 3?', { edits: question?.id ?? '' });
  const edited = await messagesOf(id);
  expect(edited[0]?.versions).toEqual({ questions: [question?.id, edited[0]?.id], answers: [edited[0]?.id] });
  await ada(`${AI}/sessions/${id}/branch`, { method: 'PUT', body: { messageId: question?.id } });
  expect((await messagesOf(id)).map((message) => message.id)).toEqual([question?.id, answer?.id]);
  await say(id, 'anything', { regenerates: answer?.id ?? '' });
  expect((await messagesOf(id))[0]?.versions?.answers).toHaveLength(2);
  const both = { edits: question?.id ?? '', regenerates: answer?.id ?? '' };
  const refused = await ada(`${AI}/chat`, {
    body: { ...chatBody(id, crypto.randomUUID(), 'x'), forwardedProps: both },
  });
  expect(await readProblem(refused)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
});

it('feedback is saved, shown with the message, listed for users who may read usage, and removed', async () => {
  const id = crypto.randomUUID();
  await say(id, 'What is 2 + 2?');
  const answer = (await messagesOf(id)).at(-1)?.id ?? '';
  const path = `${AI}/sessions/${id}/messages/${answer}/feedback`;
  const given = await ada(path, { method: 'PUT', body: { verdict: 'down', comment: 'Too short.' } });
  expect(await given.json()).toEqual({ verdict: 'down', comment: 'Too short.' });
  expect((await messagesOf(id)).at(-1)?.feedback).toMatchObject({ verdict: 'down' });
  const listed = async () => {
    const reply = await ada(`${AI}/feedback?comment=with`);
    const { feedback } = await reply.json<{ feedback: { messageId: string; comment: string }[] }>();
    return feedback.filter(({ messageId }) => messageId === answer).map(({ comment }) => comment);
  };
  await expect.poll(listed).toEqual(['Too short.']);
  expect((await ada(path, { method: 'DELETE' })).status).toBe(204);
  await expect.poll(listed).toEqual([]);
  const strange = await ada(`${AI}/feedback?cursor=x`);
  expect(await readProblem(strange)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
});
