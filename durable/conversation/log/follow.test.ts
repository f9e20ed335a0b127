import { expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { createEventLog } from './event-log.ts';
import { type AgUiEvent, frame, KEEP_ALIVE } from './events.ts';
import { relay } from './follow.ts';

const delta = (text: string): AgUiEvent => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: text });
const ENDED: AgUiEvent = { type: 'RUN_FINISHED', threadId: 't', runId: 'r' };

/** A running run and its readers; the test fires the timers. */
function createTrial() {
  const log = createEventLog({
    insert: () => undefined,
    select: () => [],
    now: () => 0,
    later: () => () => undefined,
    windowMs: () => 0,
  });
  log.open('r');
  let beats: { readonly ms: number; readonly callback: () => void }[] = [];
  const add = (ms: number, callback: () => void) => {
    const timer = { ms, callback };
    beats.push(timer);
    return () => {
      beats = beats.filter((other) => other !== timer);
    };
  };
  const join = (after = -1, gone?: Promise<AppError>) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const done = relay({ log, every: add, later: add }, 'r', after, writable.getWriter(), gone);
    return { reader: readable.getReader(), done };
  };
  return {
    log,
    join,
    timers: () => beats.length,
    /** Fires all timers of that length once. */
    beat: (ms: number) => {
      for (const timer of beats.filter((candidate) => candidate.ms === ms)) timer.callback();
    },
  };
}

const textOf = (chunk: { readonly value?: Uint8Array | undefined }) => new TextDecoder().decode(chunk.value);
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

it('sends each batch once it is stored, and ends with the run', async () => {
  const { log, join, timers } = createTrial();
  const { reader, done } = join();
  log.append('r', delta('a'));
  expect(textOf(await reader.read())).toBe(frame('r', 0, delta('a')));
  log.append('r', delta('b'));
  expect(textOf(await reader.read())).toBe(frame('r', 1, delta('b')));
  log.append('r', ENDED);
  // From memory: the table is empty here.
  expect(textOf(await reader.read())).toBe(frame('r', 2, ENDED));
  expect((await reader.read()).done).toBe(true);
  await done;
  expect(timers()).toBe(0);
});

it('sends keep-alive comments to idle readers only', async () => {
  const { log, join, beat } = createTrial();
  const { reader } = join();
  await settled();
  beat(15_000);
  expect(textOf(await reader.read())).toBe(KEEP_ALIVE);
  log.append('r', delta('a'));
  await settled();
  beat(15_000);
  log.append('r', delta('b'));
  expect(textOf(await reader.read())).toBe(frame('r', 0, delta('a')));
  expect(textOf(await reader.read())).toBe(frame('r', 1, delta('b')));
});

it('releases its timers and leaves the run and other readers alone when a reader leaves (R49)', async () => {
  const { log, join, timers } = createTrial();
  const leaving = join();
  const staying = join();
  log.append('r', delta('a'));
  await Promise.all([leaving.reader.read(), staying.reader.read()]);
  await leaving.reader.cancel();
  await leaving.done;
  log.append('r', delta('b'));
  expect(textOf(await staying.reader.read())).toContain('"b"');
  await settled();
  expect(log.isLive('r')).toBe(true);
  expect(timers()).toBe(1);
});

it('drops a reader that takes nothing for a minute, without delaying the run', async () => {
  const { log, join, beat, timers } = createTrial();
  const { reader, done } = join();
  for (let count = 0; count < 100; count += 1) log.append('r', delta('x'));
  await settled();
  expect(log.isLive('r')).toBe(true);
  beat(60_000);
  await done;
  expect(timers()).toBe(0);
  await expect(reader.read()).rejects.toBeUndefined();
});

it('drops a reader that stalls before the last byte', async () => {
  const { log, beat, timers } = createTrial();
  // A client that has all events but never reads the end of the body.
  const writer = {
    closed: new Promise<undefined>(() => undefined),
    write: () => Promise.resolve(),
    close: () => new Promise<void>(() => undefined),
    abort: () => Promise.resolve(),
  } as unknown as WritableStreamDefaultWriter<Uint8Array>;
  const add = createTimers();
  log.append('r', ENDED);
  const done = relay({ log, every: add.add, later: add.add }, 'r', 99, writer);
  await settled();
  add.fire(60_000);
  await done;
  beat(60_000);
  expect(timers()).toBe(0);
  expect(add.count()).toBe(0);
});

function createTimers() {
  let timers: { readonly ms: number; readonly callback: () => void }[] = [];
  return {
    add: (ms: number, callback: () => void) => {
      const timer = { ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    fire: (ms: number) => {
      for (const timer of timers.filter((candidate) => candidate.ms === ms)) timer.callback();
    },
    count: () => timers.length,
  };
}

it('sends a typed error without an id, and nothing later, when a reader loses access (R13)', async () => {
  const { log, join, timers } = createTrial();
  const gone = Promise.withResolvers<AppError>();
  const { reader, done } = join(-1, gone.promise);
  log.append('r', delta('a'));
  expect(textOf(await reader.read())).toBe(frame('r', 0, delta('a')));
  gone.resolve(new AppError('ACCESS_REVOKED', { detail: 'Gone.' }));
  await settled();
  log.append('r', delta('b'));
  expect(textOf(await reader.read())).toBe('data: {"type":"RUN_ERROR","message":"Gone.","code":"ACCESS_REVOKED"}\n\n');
  expect((await reader.read()).done).toBe(true);
  await done;
  expect(timers()).toBe(0);
});
