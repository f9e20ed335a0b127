import { describe, expect, test } from 'vitest';
import type { AgUiEvent } from '../../durable/conversation/log/events.ts';
import { type Encode, knownUpTo, project } from './projection.ts';
import { framesOf, RUN, RUNS, readFrames, streamOf } from './recorded-runs.fixture.ts';
import { readRunLog } from './run-log.ts';

const PLAIN = framesOf(RUNS.plain);
/** Encodes each event as two payloads, to test which one gets the id. */
const twice: Encode = (event) => [{ first: event.type }, { last: event.type }];
/** Waits until all pending promises have settled. */
const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const typesOf = (events: readonly AgUiEvent[]) => events.map(({ type }) => type);

describe('a projection', () => {
  test('sends each event’s payloads in order, with the event’s id on the last one', async () => {
    const frames = await readFrames(project(readRunLog(streamOf(PLAIN)), { encode: twice }));
    expect(frames).toEqual(
      RUNS.plain.flatMap(({ type }, seq) => [
        { id: null, data: JSON.stringify({ first: type }) },
        { id: `${RUN}.${seq}`, data: JSON.stringify({ last: type }) },
      ]),
    );
  });

  test('is the same for every byte split of the log (R46)', async () => {
    const whole = await readFrames(project(readRunLog(streamOf(PLAIN, 1e6)), { encode: (event) => [event] }));
    for (const size of [1, 2, 3, 5, 7, 64]) {
      const frames = await readFrames(project(readRunLog(streamOf(PLAIN, size)), { encode: (event) => [event] }));
      expect(frames).toEqual(whole);
    }
    expect(whole.map(({ data }) => JSON.parse(data))).toEqual(RUNS.plain);
  });

  test('resumes after the client’s last event, and encodes the earlier ones too', async () => {
    const all = await readFrames(project(readRunLog(streamOf(PLAIN)), { encode: twice }));
    for (let seq = 0; seq < RUNS.plain.length; seq += 1) {
      const encoded: AgUiEvent[] = [];
      const encode: Encode = (event) => {
        encoded.push(event);
        return twice(event);
      };
      const isKnown = knownUpTo(RUN, `${RUN}.${seq}`);
      const frames = await readFrames(project(readRunLog(streamOf(PLAIN)), { encode, isKnown }));
      expect(frames).toEqual(all.slice((seq + 1) * 2));
      expect(typesOf(encoded)).toEqual(typesOf(RUNS.plain));
    }
  });

  test.each([undefined, '', 'run-2.3', `${RUN}.x`, `${RUN}.-1`])(
    'an id that is none of the run’s hides nothing: %s',
    async (id) => {
      const frames = await readFrames(
        project(readRunLog(streamOf(PLAIN)), { encode: twice, isKnown: knownUpTo(RUN, id) }),
      );
      expect(frames).toHaveLength(RUNS.plain.length * 2);
    },
  );

  test('ends with a typed event if the log breaks off after or within any event', async () => {
    for (let cut = 0; cut < PLAIN.length - 1; cut += 7) {
      const frames = await readFrames(
        project(readRunLog(streamOf(PLAIN.slice(0, cut))), { encode: (event) => [event] }),
      );
      const last = frames.at(-1);
      expect(JSON.parse(last?.data ?? '{}')).toMatchObject({ type: 'RUN_ERROR', code: 'STREAM_LOST' });
      // It is not in the log, so a client that returns gets what follows.
      expect(last?.id).toBeNull();
    }
  });

  test('ends with a typed event if the connection to the log breaks', async () => {
    const head = framesOf(RUNS.plain.slice(0, 3));
    let isSent = false;
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (isSent) controller.error(new TypeError('connection reset'));
        else controller.enqueue(new TextEncoder().encode(head));
        isSent = true;
      },
    });
    const frames = await readFrames(project(readRunLog(broken), { encode: (event) => [event] }));
    expect(frames.map(({ data }) => JSON.parse(data).type)).toEqual([...typesOf(RUNS.plain.slice(0, 3)), 'RUN_ERROR']);
  });

  describe('with a connection that breaks and can be reopened', () => {
    const encode: Encode = (event) => [event];
    const whole = () => readFrames(project(readRunLog(streamOf(PLAIN)), { encode }));

    test('continues where it was, wherever that is', async () => {
      const expected = await whole();
      for (let cut = 0; cut < PLAIN.length; cut += 5) {
        const asked: (string | null)[] = [];
        const rejoin = async (lastId: string | null) => {
          asked.push(lastId);
          const seq = lastId === null ? -1 : Number(lastId.split('.').at(-1));
          return streamOf(
            PLAIN.split('\n\n')
              .slice(seq + 1)
              .join('\n\n'),
          );
        };
        const log = readRunLog(streamOf(PLAIN.slice(0, cut)), rejoin);
        expect(await readFrames(project(log, { encode }))).toEqual(expected);
        expect(asked).toHaveLength(1);
      }
    });

    test('gives up after two tries, or when refused', async () => {
      let tries = 0;
      const again = async () => {
        tries += 1;
        return streamOf('');
      };
      const refused = async () => {
        tries += 1;
        throw new Error('refused');
      };
      for (const [rejoin, expected] of [[again, 2] as const, [refused, 1] as const]) {
        tries = 0;
        const frames = await readFrames(project(readRunLog(streamOf(''), rejoin), { encode }));
        expect(frames.map(({ data }) => JSON.parse(data).code)).toEqual(['STREAM_LOST']);
        expect(tries).toBe(expected);
      }
    });
  });

  test('forwards keep-alives', async () => {
    const text = `${framesOf(RUNS.plain.slice(0, 2))}: keep-alive\n\n`;
    const { body } = new Response(project(readRunLog(streamOf(text)), { encode: () => [] }));
    expect(await new Response(body).text()).toBe(': keep-alive\n\n');
  });

  test('reads no further than the client, and stops when the client leaves', async () => {
    let given = 0;
    const left = Promise.withResolvers<void>();
    const endless = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          given += 1;
          controller.enqueue(new TextEncoder().encode(framesOf(RUNS.plain.slice(0, 3))));
        },
        cancel: () => left.resolve(),
      },
      { highWaterMark: 0 },
    );
    const reader = project(readRunLog(endless), { encode: twice }).getReader();
    await nextTask();
    expect(given).toBe(0);
    await reader.read();
    await reader.read();
    await nextTask();
    expect(given).toBe(2);
    await reader.cancel();
    await left.promise;
    expect(given).toBe(2);
  });

  test('sends the end only after `beforeEnd` is done', async () => {
    const order: string[] = [];
    const beforeEnd = async () => {
      await nextTask();
      order.push('remembered');
    };
    const log = readRunLog(streamOf(PLAIN, 1e6));
    const reader = project(log, { encode: (event) => [event], beforeEnd }).getReader();
    await reader.read();
    order.push('read');
    expect(order).toEqual(['remembered', 'read']);
  });
});
