import { describe, expect, it, vi } from 'vitest';
import { NO_USAGE, type Usage } from '../../contracts/usage.ts';
import { AppError } from '../../errors.ts';
import { estimateTokens } from '../../providers/models/estimate-tokens.ts';
import type { FinishReason, Provider, ProviderEvent } from '../../providers/provider.ts';
import { REQUEST } from '../../providers/scripted-upstream.fixture.ts';
import { createAnswerWriter } from '../log/answer-writer.ts';
import { usageOf, writeAnswer } from './answer-stream.ts';
import { STOPPED } from './ending.ts';

const USAGE: Usage = {
  inputTokens: 100,
  outputTokens: 5,
  cacheReadTokens: 30,
  cacheWriteTokens: 20,
  reasoningTokens: 0,
  estimated: false,
};
const text = (delta: string): ProviderEvent => ({ type: 'text', delta });
const finish = (reason: FinishReason): ProviderEvent => ({ type: 'finish', reason });

type Step = readonly ProviderEvent[] | Error | (() => void);

/** A provider that yields batches, throws errors and calls functions between them. */
const scripted = (...steps: readonly Step[]): Provider => ({
  name: 'scripted',
  async *stream(_request, signal) {
    for (const step of steps) {
      if (step instanceof Error) throw step;
      if (typeof step === 'function') {
        step();
        signal.throwIfAborted();
      } else yield step;
    }
  },
});

async function run(provider: Provider, controller = new AbortController()) {
  const writer = createAnswerWriter('m', () => undefined);
  const streamed = await writeAnswer({ provider, request: REQUEST, signal: controller.signal, writer });
  return {
    streamed,
    said: writer.received(),
    usage: usageOf(streamed, { promptTokens: 77, maxOutputTokens: 512 }, writer.received()),
  };
}

const codeOf = (ending: object): string | null =>
  'error' in ending && ending.error instanceof AppError ? ending.error.code : null;

describe('writeAnswer: endings', () => {
  it.each([
    ['stop', { kind: 'complete', callsTools: false }],
    ['length', { kind: 'cut', cause: 'output_limit' }],
    ['context', { kind: 'cut', cause: 'context_limit' }],
    ['paused', { kind: 'cut', cause: 'paused' }],
  ] as const)('charges what the provider counted when an answer ends with %s', async (reason, ending) => {
    const { streamed, usage } = await run(scripted([text('hello')], [{ type: 'usage', usage: USAGE }, finish(reason)]));
    expect(streamed.ending).toEqual(ending);
    expect(usage).toEqual(USAGE);
  });

  it.each([
    ['refusal', 'refused', 'MODEL_DECLINED'],
    ['filter', 'refused', 'ANSWER_FILTERED'],
    ['unknown', 'failed', 'PROVIDER_BROKEN_STREAM'],
  ] as const)('does not take the reason %s for a success (R45)', async (reason, kind, code) => {
    const { streamed, usage } = await run(scripted([text('hello')], [{ type: 'usage', usage: USAGE }, finish(reason)]));
    expect([streamed.ending.kind, codeOf(streamed.ending)]).toEqual([kind, code]);
    expect(usage).toEqual(USAGE);
  });

  it('keeps what fits of one delta that is longer than an answer may be, as a cut answer', async () => {
    const { streamed, said, usage } = await run(scripted([text('a'.repeat(990_000)), finish('stop')]));
    expect(streamed.ending).toEqual({ kind: 'cut', cause: 'answer_size' });
    expect(said).toHaveLength(256 * 1024);
    expect(usage).toMatchObject({ estimated: true, outputTokens: estimateTokens(said) });
  });

  it('charges our own estimate, never 0, for a whole answer without a count (R36)', async () => {
    const { usage, said } = await run(scripted([text('hello there'), finish('stop')]));
    expect(usage).toMatchObject({ inputTokens: 77, outputTokens: estimateTokens(said), estimated: true });
  });

  it("fails with the refusal's code, at no cost, before the first byte (R45)", async () => {
    const { streamed, usage } = await run(scripted(new AppError('PROVIDER_OVERLOADED')));
    expect(codeOf(streamed.ending)).toBe('PROVIDER_OVERLOADED');
    expect(usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
  });

  it.each(['PROVIDER_STALLED', 'PROVIDER_BROKEN_STREAM', 'PROVIDER_OVERLOADED'] as const)(
    'charges what the provider may bill when %s comes before the first word (R36)',
    async (code) => {
      const mayBill = [{ type: 'usage', usage: { ...NO_USAGE, inputTokens: 77, estimated: true } }] as const;
      const { usage } = await run(scripted(mayBill, new AppError(code)));
      expect(usage).toMatchObject({ inputTokens: 77, outputTokens: 0, estimated: true });
    },
  );

  it.each(['PROVIDER_STALLED', 'PROVIDER_BROKEN_STREAM', 'PROVIDER_UNREACHABLE', 'INTERNAL'] as const)(
    'charges nothing when %s comes and the provider reports no usage (R36)',
    async (code) => {
      expect((await run(scripted(new AppError(code)))).usage).toEqual(NO_USAGE);
    },
  );

  it('charges the prompt and at least what was streamed when the text breaks off (R36)', async () => {
    const said = 'some words that were streamed before the break';
    const { streamed, usage } = await run(
      scripted([{ type: 'usage', usage: USAGE }, text(said)], new AppError('PROVIDER_BROKEN_STREAM')),
    );
    expect(codeOf(streamed.ending)).toBe('PROVIDER_BROKEN_STREAM');
    expect(usage).toEqual({ ...USAGE, outputTokens: estimateTokens(said), estimated: true });
    expect(usage.outputTokens).toBeGreaterThan(USAGE.outputTokens);
  });

  it("never lowers a provider's higher count (R36)", async () => {
    const usage = { ...USAGE, outputTokens: 500 };
    const ran = await run(scripted([{ type: 'usage', usage }, text('short')], new AppError('PROVIDER_STALLED')));
    expect(ran.usage.outputTokens).toBe(500);
  });

  it('treats a stream that ends without a finish as broken (R45)', async () => {
    const { streamed } = await run(scripted([text('half')]));
    expect(codeOf(streamed.ending)).toBe('PROVIDER_BROKEN_STREAM');
  });

  it.each([
    ['no input', { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 }, { inputTokens: 77, outputTokens: 5 }],
    ['far too much input', { inputTokens: 900_000_000 }, { inputTokens: 77, cacheReadTokens: 0, outputTokens: 5 }],
    ['no output', { outputTokens: 0 }, { inputTokens: 100, outputTokens: estimateTokens('hello there') }],
    ['far too much output', { outputTokens: 900_000_000 }, { outputTokens: estimateTokens('hello there') }],
  ])(
    'keeps a whole answer with a count of %s, and charges the estimate for it (R36)',
    async (_name, count, charged) => {
      const counted = { type: 'usage', usage: { ...USAGE, ...count } } as const;
      const { streamed, usage } = await run(scripted([text('hello there'), counted, finish('stop')]));
      expect(streamed.ending).toEqual({ kind: 'complete', callsTools: false });
      expect(usage).toMatchObject({ ...charged, estimated: true });
    },
  );

  it('does not treat an empty answer as a success (R45)', async () => {
    const { streamed, usage } = await run(scripted([{ type: 'usage', usage: USAGE }, finish('stop')]));
    expect(codeOf(streamed.ending)).toBe('PROVIDER_NO_ANSWER');
    expect(usage.inputTokens).toBe(100);
  });

  it.each([
    ['white space', text(' \n\n')],
    ['invisible characters', text('\u200b\u2060')],
    ['reasoning', { type: 'reasoning', delta: 'Hm.' }],
  ] satisfies [string, ProviderEvent][])('does not treat %s alone as a success (R45)', async (_what, event) => {
    const { streamed } = await run(scripted([event, finish('stop')]));
    expect(codeOf(streamed.ending)).toBe('PROVIDER_NO_ANSWER');
  });

  it('is cut, not complete, when thinking used the whole output limit', async () => {
    const thought: ProviderEvent = { type: 'reasoning', delta: 'Let me think.' };
    const { streamed, usage } = await run(scripted([thought], [{ type: 'usage', usage: USAGE }, finish('length')]));
    expect(streamed.ending).toEqual({ kind: 'cut', cause: 'output_limit' });
    expect(usage).toEqual(USAGE);
  });

  it('leaves an unfinished tool call out of the answer (R45)', async () => {
    const { streamed } = await run(
      scripted([text('a'), { type: 'tool-call-start', id: '1', name: 'x' }, finish('tool-calls')]),
    );
    expect(codeOf(streamed.ending)).toBe('PROVIDER_BROKEN_STREAM');
  });

  it('keeps a call to an unknown tool, which the tool runner refuses', async () => {
    const { streamed } = await run(
      scripted([
        { type: 'tool-call-start', id: '1', name: 'x' },
        { type: 'tool-call-args', id: '1', delta: '{}' },
        { type: 'tool-call-end', id: '1' },
        finish('tool-calls'),
      ]),
    );
    expect(streamed.ending).toEqual({ kind: 'complete', callsTools: true });
  });

  it('cuts off an endless answer and keeps what fits (R45)', async () => {
    const piece = 'x'.repeat(100_000);
    const { streamed, said } = await run(scripted([text(piece)], [text(piece)], [text(piece)], [text(piece)]));
    expect(streamed.ending).toEqual({ kind: 'cut', cause: 'answer_size' });
    expect(said).toBe('x'.repeat(256 * 1024));
  });

  it('ends with INTERNAL, logs the error and shows none of its text when something unexpected fails', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { streamed } = await run(scripted([text('a')], new TypeError('secret detail')));
    expect(codeOf(streamed.ending)).toBe('INTERNAL');
    expect(JSON.stringify(streamed.ending)).not.toContain('secret detail');
    expect(logged).toHaveBeenCalledOnce();
  });
});

describe('writeAnswer: aborts', () => {
  it('charges nothing for a request that was aborted before it left (R36)', async () => {
    const controller = new AbortController();
    const { streamed, usage } = await run(
      scripted(() => controller.abort(new AppError('ACCESS_REVOKED')), [text('unwanted')]),
      controller,
    );
    expect(codeOf(streamed.ending)).toBe('ACCESS_REVOKED');
    expect(usage).toEqual(NO_USAGE);
  });

  it('ends as stopped, and keeps and charges the received part (R49)', async () => {
    const controller = new AbortController();
    const { streamed, said, usage } = await run(
      scripted([text('kept')], () => controller.abort(STOPPED), [text('unwanted')]),
      controller,
    );
    expect(streamed.ending).toEqual({ kind: 'stopped' });
    expect(said).toBe('kept');
    expect(usage).toMatchObject({ inputTokens: 77, estimated: true });
    expect(usage.outputTokens).toBeGreaterThan(0);
  });

  it('stops between two batches of a provider that ignores the signal (R49)', async () => {
    const controller = new AbortController();
    const deaf: Provider = {
      name: 'deaf',
      async *stream() {
        yield [text('a')];
        controller.abort(STOPPED);
        yield [text('b')];
        yield [text('c'), finish('stop')];
      },
    };
    const { streamed, said } = await run(deaf, controller);
    expect(streamed.ending).toEqual({ kind: 'stopped' });
    expect(said).toBe('ab');
  });

  it('ends with the refusal when rights are gone, whatever the provider threw (R13)', async () => {
    const controller = new AbortController();
    const { streamed } = await run(
      scripted([text('a')], () => controller.abort(new AppError('ACCESS_REVOKED')), [text('b')]),
      controller,
    );
    expect(codeOf(streamed.ending)).toBe('ACCESS_REVOKED');
  });

  it('aborts the request whenever it ends first', async () => {
    let released = 0;
    const provider: Provider = {
      name: 'watched',
      async *stream() {
        try {
          yield [text('a'), finish('stop')];
          yield [text('b')];
        } finally {
          released += 1;
        }
      },
    };
    await run(provider);
    expect(released).toBe(1);
  });
});
