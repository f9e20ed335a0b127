// Complete answers: all wire formats give the same events for the same content.
import { describe, expect, test } from 'vitest';
import { collect, createUpstream, joined, openAiFrame } from './scripted-upstream.fixture.ts';
import { OPENAI, openAiDelta, openAiEnd, REPORTED_USAGE, WIRES } from './wire.fixture.ts';

describe.each(WIRES)('$name', (wire) => {
  const run = (chunks: readonly (string | Uint8Array)[]) => {
    const upstream = createUpstream({ chunks });
    return collect(wire.connect(upstream.deps));
  };

  test('streams text in pieces, then usage, then the finish', async () => {
    const { events, error } = await run(wire.text('Guten ', 'Tag, ', '世界 🚀'));
    expect(error).toBeNull();
    expect(events.filter(({ type }) => type === 'text')).toEqual([
      { type: 'text', delta: 'Guten ' },
      { type: 'text', delta: 'Tag, ' },
      { type: 'text', delta: '世界 🚀' },
    ]);
    expect(events.findLast(({ type }) => type === 'usage')).toEqual({ type: 'usage', usage: REPORTED_USAGE });
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
  });

  test('ends a tool call when its arguments are complete, and finishes with tool-calls', async () => {
    const { events, error } = await run(wire.toolCall('{"query"', ':"M8 ', 'bolt"}'));
    expect(error).toBeNull();
    const [start] = events.filter(({ type }) => type === 'tool-call-start');
    if (start?.type !== 'tool-call-start') throw new Error('no start');
    expect(start.name).toBe('find_parts');
    expect(JSON.parse(joined(events, 'tool-call-args'))).toEqual({ query: 'M8 bolt' });
    expect(events.filter(({ type }) => type === 'tool-call-end')).toEqual([{ type: 'tool-call-end', id: start.id }]);
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' });
  });

  test('gives a tool call without arguments an empty object', async () => {
    const { events, error } = await run(wire.toolCall(''));
    expect(error).toBeNull();
    expect(joined(events, 'tool-call-args')).toBe('{}');
    expect(events.filter(({ type }) => type === 'tool-call-end')).toHaveLength(1);
  });

  test('gives the same events wherever the bytes are split, even inside a character (R46)', async () => {
    const bytes = new TextEncoder().encode(wire.text('né ', '世界', '👩‍🔧').join('') + wire.keepAlive);
    const whole = await run([bytes]);
    expect(whole.events.at(-1)?.type).toBe('finish');
    for (let at = 1; at < bytes.length; at++) {
      const split = await run([bytes.subarray(0, at), bytes.subarray(at)]);
      if (JSON.stringify(split) !== JSON.stringify(whole)) expect({ at, ...split }).toEqual({ at, ...whole });
    }
  });

  test('gives the same events for one byte at a time (R46)', async () => {
    const bytes = new TextEncoder().encode(wire.toolCall('{"näme":', '"世界 🚀"}').join(''));
    const single = await run(Array.from(bytes, (byte) => Uint8Array.of(byte)));
    const whole = await run([bytes]);
    expect(single.events.at(-1)?.type).toBe('finish');
    expect(single).toEqual(whole);
  });

  test('gives the same events for every kind of line break', async () => {
    const text = wire.text('a', 'b').join('');
    const whole = await run([text]);
    expect(await run([text.replaceAll('\n', '\r\n')])).toEqual(whole);
    expect(await run([text.replaceAll('\n', '\r')])).toEqual(whole);
  });
});

describe('OpenAI-compatible servers', () => {
  const run = (...chunks: string[]) => collect(OPENAI.connect(createUpstream({ chunks }).deps));
  const calls = (events: Awaited<ReturnType<typeof run>>['events']) => {
    const found = new Map<string, { name: string; args: string; ended: boolean }>();
    for (const event of events) {
      if (event.type === 'tool-call-start') found.set(event.id, { name: event.name, args: '', ended: false });
      const call = 'id' in event ? found.get(event.id) : undefined;
      if (call && event.type === 'tool-call-args') call.args += event.delta;
      if (call && event.type === 'tool-call-end') call.ended = true;
    }
    return [...found].map(([id, call]) => ({ id, ...call }));
  };
  const raw = (delta: unknown) => `data: ${JSON.stringify({ choices: [{ delta, finish_reason: null }] })}\n\n`;

  test('separates interleaved parallel calls by index', async () => {
    const { events, error } = await run(
      openAiDelta({
        tool_calls: [
          { index: 0, id: 'call_a', function: { name: 'find_parts', arguments: '{"q":' } },
          { index: 1, id: 'call_b', function: { name: 'find_docs', arguments: '' } },
        ],
      }),
      openAiDelta({ tool_calls: [{ index: 1, function: { arguments: '{"d":2}' } }] }),
      openAiDelta({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }),
      ...openAiEnd('tool_calls'),
    );
    expect(error).toBeNull();
    expect(calls(events)).toEqual([
      { id: 'call_a', name: 'find_parts', args: '{"q":1}', ended: true },
      { id: 'call_b', name: 'find_docs', args: '{"d":2}', ended: true },
    ]);
  });

  test('treats complete calls without an index as separate calls', async () => {
    const call = (name: string) => ({ id: `id_${name}`, function: { name, arguments: '{"a":1}' } });
    const { events, error } = await run(
      raw({ tool_calls: [call('one')] }),
      raw({ tool_calls: [call('two')] }),
      ...openAiEnd('tool_calls'),
    );
    expect(error).toBeNull();
    expect(calls(events).map(({ id, ended }) => [id, ended])).toEqual([
      ['id_one', true],
      ['id_two', true],
    ]);
  });

  test('adds pieces without an index to the call with their id, or to the last call', async () => {
    const { events } = await run(
      raw({ tool_calls: [{ id: 'id_one', function: { name: 'one', arguments: '{"a"' } }] }),
      raw({ tool_calls: [{ function: { arguments: ':' } }] }),
      raw({ tool_calls: [{ id: 'id_one', function: { arguments: '1}' } }] }),
      ...openAiEnd('tool_calls'),
    );
    expect(calls(events)).toEqual([{ id: 'id_one', name: 'one', args: '{"a":1}', ended: true }]);
  });

  test('replaces a missing, unusable or repeated call id', async () => {
    const { events, error } = await run(
      raw({ tool_calls: [{ index: 0, function: { name: 'one', arguments: '{}' } }] }),
      raw({ tool_calls: [{ index: 1, id: '', function: { name: 'two', arguments: '{}' } }] }),
      raw({ tool_calls: [{ index: 2, id: 'same', function: { name: 'three', arguments: '{}' } }] }),
      raw({ tool_calls: [{ index: 3, id: 'same', function: { name: 'four', arguments: '{}' } }] }),
      raw({ tool_calls: [{ index: 4, id: 'has space', function: { name: 'five', arguments: '{}' } }] }),
      ...openAiEnd('tool_calls'),
    );
    expect(error).toBeNull();
    const ids = calls(events).map(({ id }) => id);
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  test('finishes with tool-calls when a stop reason follows tool calls', async () => {
    const { events } = await run(
      raw({ tool_calls: [{ index: 0, id: 'c', function: { name: 'one', arguments: '{}' } }] }),
      ...openAiEnd('stop'),
    );
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' });
  });

  test.each(['reasoning_content', 'reasoning'])('reads %s as reasoning, not text', async (field) => {
    const { events } = await run(raw({ [field]: 'hm' }), raw({ content: 'yes' }), ...openAiEnd('stop'));
    expect(joined(events, 'reasoning')).toBe('hm');
    expect(joined(events, 'text')).toBe('yes');
  });

  test('streams a refusal as text and finishes with refusal', async () => {
    const { events } = await run(openAiDelta({ refusal: 'No.' }), ...openAiEnd('stop'));
    expect(joined(events, 'text')).toBe('No.');
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'refusal' });
  });

  test.each([
    ['length', 'length'],
    ['MAX_TOKENS', 'length'],
    ['model_length', 'context'],
    ['content_filter', 'filter'],
    ['SAFETY', 'filter'],
    ['eos_token', 'stop'],
    ['error', 'unknown'],
    ['abort', 'unknown'],
  ] as const)('finish reason %s is %s', async (given, reason) => {
    const frames = openAiEnd('stop').map((frame) => frame.replace('"stop"', JSON.stringify(given)));
    const { events } = await run(openAiDelta({ content: 'a' }), ...frames);
    expect(events.at(-1)).toEqual({ type: 'finish', reason });
  });

  test('completes without [DONE] if the finish reason has arrived', async () => {
    const { events, error } = await run(openAiDelta({ content: 'a' }), openAiDelta({}, 'stop'));
    expect(error).toBeNull();
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' });
  });

  test('reads usage from the last choice', async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 };
    const { events } = await run(
      openAiFrame({ choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }], usage }),
      'data: [DONE]\n\n',
    );
    const last = events.findLast(({ type }) => type === 'usage');
    expect(last).toMatchObject({ usage: { inputTokens: 10, outputTokens: 3, estimated: false } });
  });

  test('charges reasoning that is only part of the total as output', async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 3, total_tokens: 113 };
    const { events } = await run(openAiDelta({}, 'stop'), openAiFrame({ choices: [], usage }), 'data: [DONE]\n\n');
    expect(events.findLast(({ type }) => type === 'usage')).toMatchObject({ usage: { outputTokens: 103 } });
  });

  test.each([
    ['no usage', []],
    ['zeros', [{ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }]],
    ['nonsense', [{ prompt_tokens: -4 }]],
  ])('%s is charged by estimate, never 0 (R36)', async (_name, usages) => {
    const frames = usages.map((usage) => `data: ${JSON.stringify({ choices: [], usage })}\n\n`);
    const { events } = await run(openAiDelta({ content: 'some words' }), openAiDelta({}, 'stop'), ...frames);
    const last = events.findLast(({ type }) => type === 'usage');
    if (last?.type !== 'usage') throw new Error('no usage');
    expect(last.usage.estimated).toBe(true);
    expect(last.usage.inputTokens).toBeGreaterThan(5);
    expect(last.usage.outputTokens).toBeGreaterThan(1);
  });
});
