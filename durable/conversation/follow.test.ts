import { expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { createEventLog } from './event-log.ts';
import { type AgUiEvent, frame, KEEP_ALIVE } from './events.ts';
import { relay } from './follow.ts';

const delta = (text: string): AgUiEvent => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: text });
const ENDED: AgUiEvent = { type: 'RUN_FINISHED', threadId: 't', runId: 'r' };

/** A live run and readers of it; timers go off when told to. */
function createTrial() {
  const log = createEventLog({
    insert: () => undefined,
    select: () => [],
    now: () => 0,
    later: () => () => undefined,
    windowMs: 0,
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
    /** Lets all timers of that length go off once. */
    beat: (ms: number) => {
      for (const timer of beats.filter((candidate) => candidate.ms === ms)) timer.callback();
    },
  };
}

const textOf = (chunk: { readonly value?: Uint8Array | undefined }) => new TextDecoder().decode(chunk.value);
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

it('a reader gets each batch as it is stored, and its body ends with the run', async () => {
  const { log, join, timers } = createTrial();
  const { reader, done } = join();
  log.append('r', delta('a'));
  expect(textOf(await reader.read())).toBe(frame('r', 0, delta('a')));
  log.append('r', delta('b'));
  expect(textOf(await reader.read())).toBe(frame('r', 1, delta('b')));
  const end = reader.read();
  log.append('r', ENDED);
  // The end of this run is served by the table, which this trial leaves empty: only the wake is of interest.
  expect((await end).done).toBe(true);
  await done;
  expect(timers()).toBe(0);
});

it('an idle reader gets comments that keep the connection, a busy one does not', async () => {
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

it('R49: a reader that leaves lets go of its timers and does not touch the run or other readers', async () => {
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

it('a reader that takes nothing for a minute is dropped, and the run does not wait for it', async () => {
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

it('a reader that stalls before the last byte is dropped too', async () => {
  const { log, beat, timers } = createTrial();
  // A client that has all events and never takes the end of the body.
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

it('R13: a reader who may not read on is told so, typed and without an id, and gets nothing that comes later', async () => {
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
