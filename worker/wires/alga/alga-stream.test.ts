import { describe, expect, test } from 'vitest';
import type { AgUiEvent } from '../../../durable/conversation/log/events.ts';
import { knownUpTo, project } from '../projection.ts';
import { APPROVAL, framesOf, INPUT, RUN_NAMES, RUNS, runIdOf, streamOf } from '../recorded-runs.fixture.ts';
import { readRunLog } from '../run-log.ts';
import { createRunSummary, readSummary } from '../run-summary.ts';
import { readSimpleAnswer } from './alga-reader.fixture.ts';
import { encodeSimple, encodeTitle, toSimpleReply } from './alga-stream.ts';

const MESSAGES = [{ role: 'user' as const, content: 'Create a new part called Motor Assembly' }];

function stream(events: readonly AgUiEvent[], lastEventId?: string) {
  const encode = encodeSimple(createRunSummary(), MESSAGES);
  const isKnown = knownUpTo(runIdOf(RUNS.plain), lastEventId);
  return new Response(project(readRunLog(streamOf(framesOf(events))), { encode, isKnown }));
}

async function reply(events: readonly AgUiEvent[]) {
  const summary = await readSummary(readRunLog(streamOf(framesOf(events))));
  return toSimpleReply(summary, { messages: MESSAGES, sessionId: 'session-1' });
}

describe('the stream', () => {
  test('has the documented frames: content, then an empty last one', async () => {
    const text = await stream(RUNS.long).text();
    const datas = text.match(/^data: .*$/gm) ?? [];
    expect(datas.map((data) => JSON.parse(data.slice(6)))).toEqual([
      { content: 'And so on', done: false, type: 'content_delta' },
      { content: '', done: false, type: 'cut' },
      { content: '', done: true, type: 'done' },
    ]);
  });

  test.each(RUN_NAMES)('%s: a reader that joins contents gets the text and always reaches the end', async (name) => {
    const { text, isDone, frames } = await readSimpleAnswer(stream(RUNS[name]));
    const words = await readSummary(readRunLog(streamOf(framesOf(RUNS[name]))));
    expect(text).toBe(words.text());
    expect(isDone).toBe(true);
    expect(frames.filter(({ done }) => done === true)).toHaveLength(1);
  });

  test('interrupted after any event it ends with an error, then `done`', async () => {
    for (const name of RUN_NAMES) {
      for (let cut = 1; cut < RUNS[name].length; cut += 1) {
        const { isDone, frames } = await readSimpleAnswer(stream(RUNS[name].slice(0, cut)));
        expect(isDone).toBe(true);
        expect(frames.at(-2)).toMatchObject({ type: 'error', code: 'STREAM_LOST', content: '', done: false });
      }
    }
  });

  test('a failed or interrupted answer keeps its text and says so before the end (R45)', async () => {
    for (const [name, code] of [['failed', 'PROVIDER_STALLED'] as const, ['interrupted', 'RUN_INTERRUPTED'] as const]) {
      const { text, frames } = await readSimpleAnswer(stream(RUNS[name]));
      expect(text).not.toBe('');
      expect(frames.at(-2)).toEqual({ type: 'error', code, error: expect.any(String), content: '', done: false });
    }
  });

  test('an answer that was cut or refused differs from a normal end, also as one object', async () => {
    const frames = async (name: 'long' | 'refused') => (await readSimpleAnswer(stream(RUNS[name]))).frames;
    expect((await frames('long')).at(-2)).toEqual({ type: 'cut', content: '', done: false });
    expect((await frames('refused')).at(-2)).toMatchObject({ type: 'error', code: 'MODEL_DECLINED' });
    expect(await reply(RUNS.long)).toMatchObject({ type: 'assistant_message', cut: true });
    expect(await reply(RUNS.refused)).toMatchObject({ type: 'error', code: 'MODEL_DECLINED', partial: 'Hal' });
    expect(await reply(RUNS.plain)).not.toHaveProperty('cut');
  });

  test('a stop differs from a normal end', async () => {
    const { text, frames } = await readSimpleAnswer(stream(RUNS.stopped));
    expect(text).toBe('Hal');
    expect(frames.at(-2)).toEqual({ type: 'stopped', content: '', done: false });
  });

  test('the steps of an answer are paragraphs', async () => {
    expect((await readSimpleAnswer(stream(RUNS.tools))).text).toBe('Let me look. One moment.\n\nIt has three parts.');
  });

  test('reasoning has its own type and no content', async () => {
    const { text, frames } = await readSimpleAnswer(stream(RUNS.plain));
    expect(frames.filter(({ type }) => type === 'reasoning_delta').map(({ delta }) => delta)).toEqual([
      'Let me ',
      'think.',
    ]);
    expect(text).toBe('Hello\n“wörld” 🌍');
  });

  test('a change is proposed with its arguments and approval id, before the end', async () => {
    const { text, frames } = await readSimpleAnswer(stream(RUNS.proposed));
    expect(text).toBe('I can make that part.');
    const said = [...MESSAGES, { role: 'assistant', content: 'I can make that part.' }];
    expect(frames.at(-2)).toEqual({
      content: '',
      done: false,
      type: 'function_proposed',
      function: {
        id: 'create_item',
        displayName: 'Create Motor Assembly',
        description: 'A new part in PKH-MFG.',
        approvalRequired: true,
        arguments: INPUT,
        expiresAt: '2026-11-21T12:05:00.000Z',
      },
      assistantPreview: 'I can make that part.',
      functionCall: {
        id: APPROVAL,
        name: 'create_item',
        toolCallId: 't-create',
        entryId: 'create_item',
        arguments: INPUT,
      },
      nextMessages: said,
      modelMessages: said,
    });
  });

  test('several changes are each proposed, and only the last one has the transcript', async () => {
    const [end] = RUNS.proposed.slice(-1);
    if (end?.type !== 'RUN_FINISHED' || end.outcome?.type !== 'interrupt') throw new Error('no proposal');
    const [interrupt] = end.outcome.interrupts;
    if (!interrupt) throw new Error('no proposal');
    const interrupts = [interrupt, { ...interrupt, id: 'another', toolCallId: 't-another' }];
    const events: AgUiEvent[] = [...RUNS.proposed.slice(0, -1), { ...end, outcome: { type: 'interrupt', interrupts } }];
    const { frames } = await readSimpleAnswer(stream(events));
    const proposed = frames.filter(({ type }) => type === 'function_proposed');
    expect(proposed.map((frame) => [frame['functionCall'], 'nextMessages' in frame])).toMatchObject([
      [{ id: APPROVAL }, false],
      [{ id: 'another' }, true],
    ]);
    const whole = await reply(events);
    expect(whole).toMatchObject({ functionCall: { id: APPROVAL }, nextMessages: [{}, {}], others: [{}] });
    expect(whole).not.toHaveProperty('others.0.nextMessages');
  });

  test('resumes after any event without repeating any', async () => {
    const whole = await stream(RUNS.plain).text();
    for (let seq = 0; seq < RUNS.plain.length; seq += 1) {
      const rest = await stream(RUNS.plain, `${runIdOf(RUNS.plain)}.${seq}`).text();
      expect(whole.endsWith(rest)).toBe(true);
      expect(rest).not.toContain(`id: ${runIdOf(RUNS.plain)}.${seq}\n`);
    }
  });

  test('a title has the same form', async () => {
    const { text, isDone } = await readSimpleAnswer(new Response(encodeTitle('Which parts changed?')));
    expect([text, isDone]).toEqual(['Which parts changed?', true]);
  });
});

describe('the whole reply', () => {
  test('an answer, with the transcript to continue', async () => {
    const message = {
      role: 'assistant',
      content: 'Hello\n“wörld” 🌍',
      reasoning: 'Let me think.',
      reasoning_content: 'Let me think.',
    };
    expect(await reply(RUNS.plain)).toEqual({
      type: 'assistant_message',
      message,
      nextMessages: [...MESSAGES, message],
      modelMessages: [...MESSAGES, message],
      sessionId: 'session-1',
    });
  });

  test('a proposal', async () => {
    expect(await reply(RUNS.proposed)).toMatchObject({
      type: 'function_proposed',
      functionCall: { id: APPROVAL, arguments: INPUT },
      sessionId: 'session-1',
    });
  });

  test.each([
    ['approved', 'confirmed', { itemNumber: 'PN-000123' }],
    ['declined', 'cancelled', { declined: true }],
    ['stale', 'failed', { refused: true, code: 'STALE' }],
  ] as const)('what came of a card: %s', async (name, state, result) => {
    expect(await reply(RUNS[name])).toMatchObject({
      type: 'assistant_message',
      functionCall: { id: APPROVAL, name: 'create_item', toolCallId: 't-create', state, result },
    });
  });

  test('an error, with the text before it', async () => {
    expect(await reply(RUNS.failed)).toEqual({
      type: 'error',
      error: 'The model provider stopped answering.',
      code: 'PROVIDER_STALLED',
      partial: 'Hal',
      sessionId: 'session-1',
    });
    expect(await reply(RUNS.plain.slice(0, 4))).toMatchObject({ type: 'error', code: 'STREAM_LOST' });
  });

  test('a stopped answer is an answer and marked', async () => {
    expect(await reply(RUNS.stopped)).toMatchObject({
      type: 'assistant_message',
      stopped: true,
      message: { content: 'Hal' },
    });
  });
});
