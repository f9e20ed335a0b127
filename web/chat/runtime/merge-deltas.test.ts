import { describe, expect, it } from 'vitest';
import { mergeDeltas } from './merge-deltas.ts';

type Chunk = { type: string; messageId?: string; delta?: string };

const text = (delta: string, messageId = 'm1'): Chunk => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta });

async function* burst(...chunks: Chunk[]): AsyncGenerator<Chunk> {
  yield* chunks;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function take(source: AsyncIterable<Chunk>): Promise<string[]> {
  const taken: string[] = [];
  for await (const chunk of source) taken.push(chunk.delta ?? chunk.type);
  return taken;
}

describe('mergeDeltas', () => {
  it('yields the first text at once and joins later text without loss', async () => {
    const taken = await take(mergeDeltas(burst(...[...'abcdefgh'].map((letter) => text(letter))), { pause: turn }));
    expect(taken.join('')).toBe('abcdefgh');
    expect(taken[0]).toBe('a');
    expect(taken.length).toBeLessThan(4);
  });

  it('keeps the order and never joins different messages', async () => {
    const chunks = [text('a'), text('b'), { type: 'TEXT_MESSAGE_END' }, text('c', 'm2'), text('d', 'm3')];
    const taken = await take(mergeDeltas(burst({ type: 'RUN_STARTED' }, ...chunks), { pause: turn }));
    expect(taken).toEqual(['RUN_STARTED', 'a', 'b', 'TEXT_MESSAGE_END', 'c', 'd']);
  });

  it('yields what arrived before it throws the source’s error', async () => {
    async function* breaking(): AsyncGenerator<Chunk> {
      yield text('a');
      throw new Error('cut');
    }
    const taken: string[] = [];
    const taking = (async () => {
      for await (const chunk of mergeDeltas(breaking())) taken.push(chunk.delta ?? '');
    })();
    await expect(taking).rejects.toThrow('cut');
    expect(taken).toEqual(['a']);
  });

  it('stops its source when the consumer stops', async () => {
    let isStopped = false;
    async function* endless(): AsyncGenerator<Chunk> {
      try {
        for (;;) {
          yield text('a');
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        isStopped = true;
      }
    }
    for await (const chunk of mergeDeltas(endless())) if (chunk.delta !== undefined) break;
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(true);
  });
});
