import { expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { readDraft } from './draft-stream.ts';

const frame = (id: number, type: string) => `id: r.${id}\ndata: ${JSON.stringify({ type })}\n\n`;
const ok = (text: string) => new Response(text, { headers: { 'content-type': 'text/event-stream' } });
const signal = new AbortController().signal;

async function read(replies: readonly (Response | Error)[], now: () => number = () => 0) {
  const asked: (string | null)[] = [];
  const links: string[] = [];
  const types: string[] = [];
  const open = async (after: string | null): Promise<Response> => {
    const reply = replies[Math.min(asked.length, replies.length - 1)];
    asked.push(after);
    if (!(reply instanceof Response)) throw reply ?? new Error('nothing');
    return reply;
  };
  const pause = async (): Promise<void> => undefined;
  const options = { open, signal, onLink: (link: string) => links.push(link), pause, now };
  for await (const { type } of readDraft(options)) types.push(type);
  return { asked, links, types };
}

test('readDraft reconnects after the last event and ends with the run', async () => {
  const { asked, links, types } = await read([
    ok(frame(0, 'RUN_STARTED') + frame(1, 'A')),
    new Error('offline'),
    ok(frame(2, 'B') + frame(3, 'RUN_FINISHED') + frame(4, 'never')),
  ]);
  expect(types).toEqual(['RUN_STARTED', 'A', 'B', 'RUN_FINISHED']);
  expect(asked).toEqual([null, 'r.1', 'r.1']);
  expect(links).toEqual(['steady', 'reconnecting', 'reconnecting', 'steady']);
});

test('readDraft ignores a partial event at the end of a broken stream', async () => {
  const half = 'id: r.1\ndata: {"type":"A"';
  const { types } = await read([ok(frame(0, 'RUN_STARTED') + half), ok(frame(1, 'A') + frame(2, 'RUN_ERROR'))]);
  expect(types).toEqual(['RUN_STARTED', 'A', 'RUN_ERROR']);
});

test('readDraft throws the server’s problem without retrying', async () => {
  const body = { code: 'QUOTA_EXCEEDED', title: 'Spent', detail: 'No tokens left.' };
  const refused = read([Response.json(body, { status: 402 })]);
  await expect(refused).rejects.toMatchObject({ status: 402, code: 'QUOTA_EXCEEDED' });
  await expect(refused).rejects.toBeInstanceOf(Problem);
});

test('readDraft gives up after a minute without a connection', async () => {
  let minutes = 0;
  const lost = read([new Error('offline')], () => {
    minutes += 1;
    return minutes * 30_000;
  });
  await expect(lost).rejects.toMatchObject({ code: 'UNREACHABLE' });
});
