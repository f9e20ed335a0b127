// Runs of the log through the openai client, unmodified.
import OpenAI from 'openai';
import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import { describe, expect, test } from 'vitest';
import type { AgUiEvent } from '../../../durable/conversation/log/events.ts';
import { knownUpTo, project } from '../projection.ts';
import { APPROVAL, framesOf, RUN_NAMES, RUNS, runIdOf, streamOf, THREAD } from '../recorded-runs.fixture.ts';
import { readRunLog } from '../run-log.ts';
import { createRunSummary, readSummary } from '../run-summary.ts';
import { type Completion, encodeOpenAi, toChatCompletion } from './openai-stream.ts';

const completionOf = (events: readonly AgUiEvent[], includesUsage = false): Completion => ({
  runId: runIdOf(events),
  sessionId: THREAD,
  requestId: '0f000000-0000-4000-8000-0000000000ff',
  model: 'default',
  created: 1_763_700_000,
  pageUrl: `https://groundwire.example.test/chat/${THREAD}`,
  includesUsage,
  ignored: [],
});

const ENDED_WELL = RUN_NAMES.filter((name) => !['failed', 'interrupted', 'failedAtOnce'].includes(name));

function bodyOf(events: readonly AgUiEvent[], { includesUsage = false, lastEventId = '' } = {}) {
  const encode = encodeOpenAi(createRunSummary(), completionOf(events, includesUsage));
  return project(readRunLog(streamOf(framesOf(events))), { encode, isKnown: knownUpTo(runIdOf(events), lastEventId) });
}

/** The client's result. */
async function read(events: readonly AgUiEvent[], includesUsage = false) {
  const headers = { 'Content-Type': 'text/event-stream' };
  const client = new OpenAI({
    apiKey: 'none',
    baseURL: 'https://groundwire.example.test/v1',
    fetch: async () => new Response(bodyOf(events, { includesUsage }), { headers }),
  });
  const chunks: ChatCompletionChunk[] = [];
  const messages = [{ role: 'user' as const, content: 'hello' }];
  const stream = await client.chat.completions.create({ model: 'default', messages, stream: true });
  const failure = await (async () => {
    for await (const chunk of stream) chunks.push(chunk);
  })().then(
    () => null,
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );
  return { chunks, failure, text: chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('') };
}

describe('a run as the openai client reads it', () => {
  test.each(ENDED_WELL)('%s: one completion with one end', async (name) => {
    const { chunks, failure, text } = await read(RUNS[name]);
    expect(failure).toBeNull();
    expect(new Set(chunks.map(({ id }) => id))).toEqual(new Set([`chatcmpl-${runIdOf(RUNS[name])}`]));
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    const finishes = chunks.flatMap(({ choices }) => choices.map((choice) => choice.finish_reason)).filter(Boolean);
    expect(finishes).toEqual([name === 'long' ? 'length' : name === 'refused' ? 'content_filter' : 'stop']);
    const summary = await readSummary(readRunLog(streamOf(framesOf(RUNS[name]))));
    expect(text.startsWith(summary.text())).toBe(true);
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true);
  });

  test('a refusal is named, with the text before it', async () => {
    const { chunks, text } = await read(RUNS.refused);
    expect(text).toBe('Hal');
    const refusals = chunks.map(({ choices }) => choices[0]?.delta.refusal ?? '').join('');
    expect(refusals).toBe('The model declined to answer this.');
    expect(chunks.at(-1)).toMatchObject({ groundwire: { outcome: 'refused' } });
    const summary = await readSummary(readRunLog(streamOf(framesOf(RUNS.refused))));
    const end = summary.end();
    if (end.kind !== 'refused') throw new Error(end.kind);
    expect(toChatCompletion(summary, end, completionOf(RUNS.refused)).choices[0]).toMatchObject({
      finish_reason: 'content_filter',
      message: { content: 'Hal', refusal: 'The model declined to answer this.' },
    });
  });

  test('usage, if requested, is in a last chunk without choices and sums up all steps', async () => {
    const { chunks } = await read(RUNS.tools, true);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 250,
        completion_tokens: 50,
        total_tokens: 300,
        prompt_tokens_details: { cached_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 4 },
      },
    });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  test('the body always ends with [DONE]', async () => {
    for (const name of RUN_NAMES) {
      for (let cut = 1; cut <= RUNS[name].length; cut += 1) {
        const text = await new Response(bodyOf(RUNS[name].slice(0, cut), { includesUsage: true })).text();
        expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
      }
    }
  });

  test('a failure during an answer is an APIError with the table’s message and code (R45)', async () => {
    for (const [name, code] of [['failed', 'PROVIDER_STALLED'] as const, ['interrupted', 'RUN_INTERRUPTED'] as const]) {
      const { failure, text } = await read(RUNS[name]);
      expect(failure).toBeInstanceOf(OpenAI.APIError);
      expect(failure).toMatchObject({ code, type: 'server_error', message: expect.stringContaining('.') });
      expect(text).not.toBe('');
    }
  });

  test('interrupted after any event it is an APIError too', async () => {
    for (const name of RUN_NAMES) {
      for (let cut = 1; cut < RUNS[name].length; cut += 1) {
        expect((await read(RUNS[name].slice(0, cut))).failure).toMatchObject({ code: 'STREAM_LOST' });
      }
    }
  });

  test('a pending change is text with a link to its approval, never a call that a client could run', async () => {
    const { chunks, text } = await read(RUNS.proposed);
    expect(text).toContain('I can make that part.\n\n**Create Motor Assembly**: A new part in PKH-MFG.');
    expect(text).toContain(`(https://groundwire.example.test/chat/${THREAD})`);
    expect(JSON.stringify(chunks)).not.toContain('tool_calls');
    expect(chunks.at(-1)).toMatchObject({
      groundwire: { session_id: THREAD, outcome: 'waiting', approvals: [{ id: APPROVAL, tool: 'create_item' }] },
    });
  });

  test('a stop is a normal end, marked in the extension', async () => {
    const { chunks, text } = await read(RUNS.stopped);
    expect(text).toBe('Hal');
    expect(chunks.at(-1)).toMatchObject({ groundwire: { outcome: 'stopped' } });
  });

  test('resumes after any event without repeating any', async () => {
    const whole = await new Response(bodyOf(RUNS.tools)).text();
    for (let seq = 0; seq < RUNS.tools.length; seq += 1) {
      const rest = await new Response(bodyOf(RUNS.tools, { lastEventId: `${runIdOf(RUNS.tools)}.${seq}` })).text();
      expect(whole.endsWith(rest)).toBe(true);
    }
  });
});

describe('a whole reply', () => {
  /** Also has the client's own type. */
  const whole = async (events: readonly AgUiEvent[]): Promise<ChatCompletion> => {
    const summary = await readSummary(readRunLog(streamOf(framesOf(events))));
    const end = summary.end();
    if (end.kind === 'failed') throw new Error(end.code);
    return toChatCompletion(summary, end, completionOf(events));
  };

  test.each(ENDED_WELL)('%s: has the same text as the stream', async (name) => {
    const completion = await whole(RUNS[name]);
    expect(completion.choices[0]?.message.content).toBe((await read(RUNS[name])).text);
    expect(completion).toMatchObject({
      id: `chatcmpl-${runIdOf(RUNS[name])}`,
      object: 'chat.completion',
      usage: { total_tokens: expect.any(Number) },
    });
  });

  test('names the model that answered', async () => {
    expect((await whole(RUNS.plain)).model).toBe('claude-sonnet-4-6');
  });
});
