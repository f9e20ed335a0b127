import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../errors.ts';
import { estimateTokens } from '../providers/estimate-tokens.ts';
import type { Usage } from '../providers/models.ts';
import type { Provider, ProviderEvent } from '../providers/provider.ts';
import { REQUEST } from '../providers/scripted-upstream.ts';
import { createAnswerWriter } from './answer-writer.ts';
import { STOPPED, streamAnswer, usageOf } from './turn.ts';

const USAGE: Usage = {
  inputTokens: 100,
  outputTokens: 5,
  cacheReadTokens: 30,
  cacheWriteTokens: 20,
  reasoningTokens: 0,
  estimated: false,
};
const text = (delta: string): ProviderEvent => ({ type: 'text', delta });
const finish = (reason: 'stop' | 'length' | 'tool-calls' | 'refusal'): ProviderEvent => ({ type: 'finish', reason });

type Step = readonly ProviderEvent[] | Error | (() => void);

/** A provider that yields batches, throws errors and runs what stands between. */
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
  const streamed = await streamAnswer({ provider, request: REQUEST, signal: controller.signal, writer });
  return { streamed, said: writer.said(), usage: usageOf(streamed, 77, writer.said()) };
}

const codeOf = (ending: object): string | null =>
  'error' in ending && ending.error instanceof AppError ? ending.error.code : null;

describe('how a turn ends', () => {
  it.each(['stop', 'length'] as const)(
    'a whole answer is complete (%s) and charged as the provider counted',
    async (reason) => {
      const { streamed, usage } = await run(
        scripted([text('hello')], [{ type: 'usage', usage: USAGE }, finish(reason)]),
      );
      expect(streamed.ending).toEqual({ status: 'complete', finish: reason });
      expect(usage).toEqual(USAGE);
    },
  );

  it('R36: a whole answer without a count is charged by our own estimate, never 0', async () => {
    const { usage, said } = await run(scripted([text('hello there'), finish('stop')]));
    expect(usage).toMatchObject({ inputTokens: 77, outputTokens: estimateTokens(said), estimated: true });
  });

  it('R45: a refusal before the first byte fails with its code and costs nothing', async () => {
    const { streamed, usage } = await run(scripted(new AppError('PROVIDER_OVERLOADED')));
    expect(codeOf(streamed.ending)).toBe('PROVIDER_OVERLOADED');
    expect(usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
  });

  it.each(['PROVIDER_STALLED', 'PROVIDER_BROKEN_STREAM'] as const)(
    'R36: %s before the first byte proves no refusal, and the prompt is charged',
    async (code) => {
      const { usage } = await run(scripted(new AppError(code)));
      expect(usage).toMatchObject({ inputTokens: 77, outputTokens: 0, estimated: true });
    },
  );

  it('R36: a break in mid-text is charged for the prompt and never for less than what was streamed', async () => {
    const said = 'some words that were streamed before the break';
    const { streamed, usage } = await run(
      scripted([{ type: 'usage', usage: USAGE }, text(said)], new AppError('PROVIDER_BROKEN_STREAM')),
    );
    expect(codeOf(streamed.ending)).toBe('PROVIDER_BROKEN_STREAM');
    expect(usage).toEqual({ ...USAGE, outputTokens: estimateTokens(said), estimated: true });
    expect(usage.outputTokens).toBeGreaterThan(USAGE.outputTokens);
  });

  it('R36: a higher count of the provider is never lowered', async () => {
    const usage = { ...USAGE, outputTokens: 500 };
    const ran = await run(scripted([{ type: 'usage', usage }, text('short')], new AppError('PROVIDER_STALLED')));
    expect(ran.usage.outputTokens).toBe(500);
  });

  it('R45: a stream that just ends is broken', async () => {
    const { streamed } = await run(scripted([text('half')]));
    expect(codeOf(streamed.ending)).toBe('PROVIDER_BROKEN_STREAM');
  });

  it('R45: a whole answer without a word is no success', async () => {
    const { streamed, usage } = await run(scripted([{ type: 'usage', usage: USAGE }, finish('stop')]));
    expect(codeOf(streamed.ending)).toBe('PROVIDER_BROKEN_STREAM');
    expect(usage.inputTokens).toBe(100);
  });

  it('a model that declines is told as such', async () => {
    const { streamed } = await run(scripted([text('I'), finish('refusal')]));
    expect(codeOf(streamed.ending)).toBe('PROVIDER_REFUSED');
  });

  it('R45: a tool call that was begun and not finished is no part of the answer', async () => {
    const { streamed } = await run(
      scripted([text('a'), { type: 'tool-call-start', id: '1', name: 'x' }, finish('tool-calls')]),
    );
    expect(codeOf(streamed.ending)).toBe('PROVIDER_BROKEN_STREAM');
  });

  it('a tool call that nobody offered is whole: who runs tools refuses it', async () => {
    const { streamed } = await run(
      scripted([
        { type: 'tool-call-start', id: '1', name: 'x' },
        { type: 'tool-call-args', id: '1', delta: '{}' },
        { type: 'tool-call-end', id: '1' },
        finish('tool-calls'),
      ]),
    );
    expect(streamed.ending).toEqual({ status: 'complete', finish: 'tool-calls' });
  });

  it('R45: an answer without end is cut off, and what fits is kept', async () => {
    const piece = 'x'.repeat(100_000);
    const { streamed, said } = await run(scripted([text(piece)], [text(piece)], [text(piece)], [text(piece)]));
    expect(codeOf(streamed.ending)).toBe('PROVIDER_BROKEN_STREAM');
    expect(said).toBe(piece + piece);
  });

  it('an unforeseen error ends the turn as INTERNAL, is logged, and none of its words are shown', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { streamed } = await run(scripted([text('a')], new TypeError('secret detail')));
    expect(codeOf(streamed.ending)).toBe('INTERNAL');
    expect(JSON.stringify(streamed.ending)).not.toContain('secret detail');
    expect(logged).toHaveBeenCalledOnce();
  });
});

describe('what aborts a turn', () => {
  it('R36: what we let go of before its first byte was asked for all the same, and the prompt is charged', async () => {
    const controller = new AbortController();
    const { streamed, usage } = await run(
      scripted(() => controller.abort(new AppError('ACCESS_REVOKED')), [text('unwanted')]),
      controller,
    );
    expect(codeOf(streamed.ending)).toBe('ACCESS_REVOKED');
    expect(usage).toMatchObject({ inputTokens: 77, outputTokens: 0, estimated: true });
  });

  it('R49: a stop ends the turn as stopped, keeps what came and is charged', async () => {
    const controller = new AbortController();
    const { streamed, said, usage } = await run(
      scripted([text('kept')], () => controller.abort(STOPPED), [text('unwanted')]),
      controller,
    );
    expect(streamed.ending).toEqual({ status: 'stopped' });
    expect(said).toBe('kept');
    expect(usage).toMatchObject({ inputTokens: 77, estimated: true });
    expect(usage.outputTokens).toBeGreaterThan(0);
  });

  it('R49: a stop takes hold between two batches of a provider that does not look', async () => {
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
    expect(streamed.ending).toEqual({ status: 'stopped' });
    expect(said).toBe('ab');
  });

  it('R13: rights that are gone end the turn with that refusal, whatever the provider threw', async () => {
    const controller = new AbortController();
    const { streamed } = await run(
      scripted([text('a')], () => controller.abort(new AppError('ACCESS_REVOKED')), [text('b')]),
      controller,
    );
    expect(codeOf(streamed.ending)).toBe('ACCESS_REVOKED');
  });

  it('the upstream is let go of whenever a turn ends before it', async () => {
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
