import { describe, expect, test } from 'vitest';
import { MODELS } from '../../durable/providers/models/models.ts';
import { findModelDocProblems, MODEL_DOCS, renderModelDocs } from './model-docs.ts';

const docs = renderModelDocs();
const rowOf = (id: string) => docs.split('\n').find((line) => line.includes(`<br>\`${id}\``)) ?? '';

describe('docs/models.md', () => {
  test('has a row for each model', () => {
    expect(MODELS.filter(({ id }) => rowOf(id) === '')).toEqual([]);
  });

  test('shows tiers, dates, effort and lifecycle', () => {
    expect(rowOf('claude-haiku-5-5')).toContain('above 100,000: 0.5 / 2.5, cache 0.05, write 0.625 (long 1)');
    expect(rowOf('gemini-4-argon')).toContain('from 2026-12-01: 4 / 20');
    expect(rowOf('gpt-6.2-sol')).toContain('low, medium, high, xhigh, max (medium)');
    expect(rowOf('gpt-4.1')).toContain('ends 2027-01-14<br>then `gpt-6.2-sol`');
    expect(rowOf('claude-opus-5-5')).toContain('always on<br>refuses `thinking.type=disabled`');
    expect(rowOf('gemini-3.8-flash')).toContain('not listed');
  });

  test('is a problem if it is missing or old', () => {
    expect(findModelDocProblems([{ path: MODEL_DOCS, text: docs }])).toEqual([]);
    expect(findModelDocProblems([{ path: MODEL_DOCS, text: `${docs} ` }])).toHaveLength(1);
    expect(findModelDocProblems([])).toHaveLength(1);
  });
});
