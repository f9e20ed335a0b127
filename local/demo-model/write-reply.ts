// Writes one answer to one client at the wanted pace, and stops the moment that the client leaves.
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Course } from './faults.ts';
import { type Pace, waitForToken } from './pace.ts';
import type { LiveRequest } from './request-log.ts';
import type { Frame, Reply, Wire } from './wire.ts';

type Writing = {
  readonly wire: Wire;
  readonly reply: Reply;
  readonly response: ServerResponse;
  readonly pace: Pace;
  readonly course: Course;
  readonly live: LiveRequest;
};

/** A client's stream drops what it still queues when its connection breaks, so it gets a moment to read it. */
const BREAK_AFTER_MS = 25;
const SSE_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

export async function writeReply(writing: Writing): Promise<void> {
  const { live, response } = writing;
  const left = new AbortController();
  response.once('close', leave);
  try {
    const outcome = writing.reply.request.stream
      ? await writeStream(writing, left.signal)
      : await writeWhole(writing, left.signal);
    if (outcome === 'cut') await breakOff(response);
    else live.finished = true;
  } catch (error) {
    if (!left.signal.aborted) throw error;
    live.aborted = true;
  } finally {
    response.off('close', leave);
  }

  function leave(): void {
    if (!response.writableEnded) left.abort(new Error('the client left'));
  }
}

async function breakOff(response: ServerResponse): Promise<void> {
  await sleep(BREAK_AFTER_MS);
  response.destroy();
}

async function writeStream(writing: Writing, left: AbortSignal): Promise<'whole' | 'cut'> {
  const { course, live, pace, response, wire } = writing;
  response.writeHead(200, SSE_HEADERS).flushHeaders();
  // What stands before the first token comes with it, as the hosted models send it.
  let pending = '';
  for (const frame of wire.encodeStream(writing.reply)) {
    if (frame.token) {
      if ((await course.beforeToken(live.sentTokens, left)) === 'cut') return 'cut';
      await waitForToken(pace, live.sentTokens, left);
      live.sentTokens += 1;
    }
    pending += frame.text;
    if (!flushes(frame, live)) continue;
    await write(response, pending, left);
    pending = '';
  }
  response.end(pending);
  return 'whole';
}

function flushes(frame: Frame, live: LiveRequest): boolean {
  return frame.token || live.sentTokens > 0;
}

async function writeWhole(writing: Writing, left: AbortSignal): Promise<'whole' | 'cut'> {
  const { course, live, pace, reply, response, wire } = writing;
  const tokens = reply.output.parts.reduce((sum, part) => sum + part.pieces.length, 0);
  for (let token = 0; token < tokens; token += 1) {
    if ((await course.beforeToken(token, left)) === 'cut') return 'cut';
    await waitForToken(pace, token, left);
    live.sentTokens += 1;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(wire.encodeWhole(reply)));
  return 'whole';
}

async function write(response: ServerResponse, text: string, left: AbortSignal): Promise<void> {
  left.throwIfAborted();
  if (response.write(text)) return;
  await new Promise<void>((resolve, reject) => {
    response.once('drain', resolve);
    left.addEventListener('abort', () => reject(left.reason), { once: true });
  });
}
