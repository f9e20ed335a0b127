// Runs of the log through the AI SDK's own transport and chat, unmodified.
import { DefaultChatTransport, isToolUIPart, readUIMessageStream, type UIMessage } from 'ai';
import { describe, expect, test } from 'vitest';
import type { AgUiEvent } from '../../../durable/conversation/log/events.ts';
import { project } from '../projection.ts';
import {
  APPROVAL,
  DECIDING_RUN,
  framesOf,
  INPUT,
  RUN,
  RUN_NAMES,
  RUNS,
  runIdOf,
  streamOf,
  THREAD,
} from '../recorded-runs.fixture.ts';
import { joinLogs, readRunLog } from '../run-log.ts';
import { encodeUiMessage } from './ai-sdk-stream.ts';

type Options = { readonly earlier?: readonly AgUiEvent[]; readonly continues?: boolean };

function bodyOf(events: readonly AgUiEvent[], { earlier = [], continues = false }: Options = {}) {
  const log = readRunLog(streamOf(framesOf(events)));
  const before = earlier.map((event, seq) => ({ event, id: `${RUN}.${seq}` }));
  return project(before.length > 0 ? joinLogs(before, log) : log, {
    encode: encodeUiMessage({ runId: runIdOf(events), continues }),
  });
}

/** The client's result: the final message, and the error that it throws. */
async function read(events: readonly AgUiEvent[], { message, ...options }: Options & { message?: UIMessage } = {}) {
  const transport = new DefaultChatTransport({
    api: 'https://groundwire.example.test/api/v1/ai/ui-messages',
    fetch: async () => new Response(bodyOf(events, options)),
  });
  const stream = await transport.sendMessages({
    chatId: 'chat-1',
    messages: [],
    trigger: 'submit-message',
    messageId: undefined,
    abortSignal: undefined,
  });
  let last = message;
  let failure: unknown = null;
  const onError = (error: unknown) => {
    failure ??= error;
  };
  const states = readUIMessageStream({ stream, onError, ...(message && { message }) });
  for await (const state of states) last = structuredClone(state);
  if (!last) throw new Error('no message');
  return { message: last, failure };
}

const toolsOf = (message: UIMessage) => message.parts.filter(isToolUIPart);
const textsOf = (message: UIMessage) => message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
const chunksOf = async (events: readonly AgUiEvent[], options?: Options): Promise<{ type: string }[]> =>
  [...(await new Response(bodyOf(events, options)).text()).matchAll(/^data: (\{.*)$/gm)].map(([, json = '']) =>
    JSON.parse(json),
  );

describe('a run as the AI SDK reads it', () => {
  test('text and reasoning are parts, reasoning first; what the wire has no field for is data', async () => {
    const { message, failure } = await read(RUNS.plain);
    expect(failure).toBeNull();
    expect(message).toMatchObject({ id: RUN, role: 'assistant', metadata: { sessionId: THREAD, runId: RUN } });
    expect(message.parts).toMatchObject([
      { type: 'step-start' },
      { type: 'reasoning', text: 'Let me think.', state: 'done' },
      { type: 'text', text: 'Hello\n“wörld” 🌍', state: 'done' },
    ]);
    expect(message.metadata).toMatchObject({ usage: [{ inputTokens: 100, outputTokens: 20 }] });
  });

  test('the chunks of an answer come in the order of the protocol', async () => {
    expect((await chunksOf(RUNS.plain)).map(({ type }) => type)).toEqual([
      'start',
      'data-title',
      'start-step',
      'data-compaction',
      'data-compaction',
      'reasoning-start',
      'reasoning-delta',
      'reasoning-delta',
      'reasoning-end',
      'text-start',
      'text-delta',
      'text-delta',
      'text-delta',
      'text-end',
      'data-cost',
      'finish-step',
      'finish',
    ]);
  });

  test('calls have their arguments and results, step by step', async () => {
    const { message } = await read(RUNS.tools);
    expect(message.parts.filter(({ type }) => type === 'step-start')).toHaveLength(2);
    expect(toolsOf(message)).toMatchObject([
      {
        type: 'tool-get_bom',
        toolCallId: 't-bom',
        state: 'output-available',
        input: { itemId: 'PN-000059' },
        output: { total: 3 },
      },
      { type: 'tool-offer_navigation', state: 'output-error', input: {}, errorText: 'There is no such item.' },
    ]);
    expect(message.parts).toContainEqual({
      type: 'data-navigation',
      id: 't-bom',
      data: { toolCallId: 't-bom', path: '/workspace/items/1', label: 'PN-000059' },
    });
    expect(textsOf(message)).toEqual(['Let me look.', ' One moment.', 'It has three parts.']);
  });

  test('a change requests approval, with its card as data', async () => {
    const { message } = await read(RUNS.proposed);
    expect(toolsOf(message)).toMatchObject([
      {
        type: 'tool-create_item',
        state: 'approval-requested',
        input: INPUT,
        approval: { id: APPROVAL, requestReason: 'A new part in PKH-MFG.' },
      },
    ]);
    expect(message.parts).toContainEqual(expect.objectContaining({ type: 'data-confirmation', id: APPROVAL }));
    expect((await chunksOf(RUNS.proposed)).at(-1)).toMatchObject({ type: 'finish', finishReason: 'tool-calls' });
  });

  test.each([
    ['approved', { state: 'output-available', output: { itemNumber: 'PN-000123' } }],
    ['declined', { state: 'output-denied' }],
    ['stale', { state: 'output-error', errorText: 'It changed meanwhile.' }],
  ] as const)('%s: the next run continues the same message', async (name, expected) => {
    const { message: before } = await read(RUNS.proposed);
    const { message, failure } = await read(RUNS[name], { continues: true, message: before });
    expect(failure).toBeNull();
    expect(message.id).toBe(RUN);
    expect(message.metadata).toMatchObject({ runId: DECIDING_RUN });
    expect(toolsOf(message)).toMatchObject([expected]);
    expect(message.parts.filter(({ type }) => type === 'data-confirmation')).toHaveLength(1);
    expect(textsOf(message)).toHaveLength(2);
  });

  test.each(['approved', 'declined', 'stale'] as const)(
    '%s: a client that loads it again gets the earlier runs',
    async (name) => {
      const { message: before } = await read(RUNS.proposed);
      const continued = (await read(RUNS[name], { continues: true, message: before })).message;
      const reloaded = (await read(RUNS[name], { earlier: RUNS.proposed })).message;
      expect(reloaded.id).toBe(RUN);
      expect(textsOf(reloaded)).toEqual(textsOf(continued));
      expect(toolsOf(reloaded).map(({ state }) => state)).toEqual(toolsOf(continued).map(({ state }) => state));
    },
  );

  test('a stopped run aborts and keeps its text; a truncated one says so', async () => {
    const { message, failure } = await read(RUNS.stopped);
    expect([textsOf(message), failure]).toEqual([['Hal'], null]);
    expect((await chunksOf(RUNS.stopped)).slice(-2)).toMatchObject([
      { type: 'abort', reason: 'stopped' },
      { type: 'finish', finishReason: 'interrupted' },
    ]);
    expect((await chunksOf(RUNS.long)).at(-1)).toMatchObject({ type: 'finish', finishReason: 'length' });
  });

  test('a refusal is an error that the filter caused, with the ending in the metadata', async () => {
    const { message, failure } = await read(RUNS.refused);
    expect(failure).toBeInstanceOf(Error);
    expect(message.metadata).toMatchObject({
      error: { code: 'MODEL_DECLINED' },
      ending: { kind: 'refused', cause: 'MODEL_DECLINED' },
    });
    expect((await chunksOf(RUNS.refused)).at(-1)).toMatchObject({ type: 'finish', finishReason: 'content-filter' });
  });

  test('a failure is an error with its code in the metadata, and no call is left open (R45)', async () => {
    for (const [name, code] of [['failed', 'PROVIDER_STALLED'] as const, ['interrupted', 'RUN_INTERRUPTED'] as const]) {
      const { message, failure } = await read(RUNS[name]);
      expect(failure).toBeInstanceOf(Error);
      expect(message.metadata).toMatchObject({ error: { code } });
      expect(textsOf(message)).toHaveLength(1);
      expect(toolsOf(message).every(({ state }) => state === 'output-error')).toBe(true);
    }
    expect(toolsOf((await read(RUNS.interrupted)).message)).toHaveLength(2);
  });

  test('interrupted after any event it is valid, ends with an error and [DONE], and leaves no call open', async () => {
    for (const name of RUN_NAMES) {
      const events: readonly AgUiEvent[] = RUNS[name];
      const continues = runIdOf(events) === DECIDING_RUN;
      const { message: before } = await read(RUNS.proposed);
      for (let cut = 1; cut < events.length; cut += 1) {
        const some = events.slice(0, cut);
        const { message, failure } = await read(some, continues ? { continues, message: before } : {});
        expect(failure).toMatchObject({ message: expect.stringContaining('connection to the answer was lost') });
        const open = toolsOf(message).filter(({ state }) => state === 'input-streaming' || state === 'input-available');
        expect(open).toEqual([]);
        expect(await new Response(bodyOf(some, { continues })).text()).toMatch(/data: \[DONE\]\n\n$/);
      }
    }
  });
});
