import { describe, expect, test } from 'vitest';
import { answered, REQUEST } from '../scripted-upstream.fixture.ts';
import { estimateRequestTokens, estimateTokens, estimateUsage } from './estimate-tokens.ts';

// Counted with gpt-tokenizer 4.0.0; the larger of o200k_base and cl100k_base.
const COUNTED: readonly (readonly [name: string, text: string, tokens: number])[] = [
  [
    'english',
    'Groundwire streams answers from any model, sees only what Postgres lets this user see, changes nothing without the click of its user, and accounts for every token.',
    33,
  ],
  [
    'german',
    'Die Teilenummer und die Revision dürfen erst nach Genehmigung des Änderungsauftrags freigegeben werden. Bitte listen Sie alle betroffenen Baugruppen auf.',
    41,
  ],
  [
    'code',
    'export function parseJsonObject(text: string): Record<string, unknown> | null {\n  let value: unknown;\n  try {\n    value = JSON.parse(text);\n  } catch {\n    return null;\n  }\n  return isRecord(value) ? value : null;\n}\n',
    55,
  ],
  [
    'json',
    '{"itemId":"3f0c2a9e-77d1-4a52-9f0e-1b6f6a2d9c11","partNumber":"PN-000123","revision":"A","weight":{"value":12.75,"unit":"kg"},"tags":["released","bolt"]}',
    70,
  ],
  [
    'chinese',
    '零件号与修订版本必须在变更单批准之后才能发布。请列出所有受影响的装配体,并说明每个装配体的影响范围。',
    57,
  ],
  [
    'japanese',
    '部品番号と改訂は、変更指示が承認された後にのみリリースできます。影響を受けるアセンブリをすべて一覧にしてください。',
    59,
  ],
  [
    'korean',
    '부품 번호와 개정은 변경 지시가 승인된 후에만 릴리스할 수 있습니다. 영향을 받는 모든 어셈블리를 나열해 주세요.',
    55,
  ],
  ['russian', 'Номер детали и ревизия могут быть выпущены только после утверждения извещения об изменении.', 34],
  ['arabic', 'لا يمكن إصدار رقم الجزء والمراجعة إلا بعد الموافقة على أمر التغيير.', 45],
  ['emoji', '😀🚀🔧⚙️👩‍🔧👨‍👩‍👧‍👦🏳️‍🌈✅❌🔥💡📦🇩🇪🇯🇵', 71],
  [
    'table',
    '| part | rev | qty | cost |\n| --- | --- | ---: | ---: |\n| PN-000123 | A | 12 | 3.50 |\n| PN-000124 | B | 7 | 12.75 |\n',
    52,
  ],
  [
    'base64',
    'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJDZ7mHkT0pXw2bVfLrYcQ8sUu5oJiGhN1zAaBtMxDdEePpRrSs9K3W6yCvFgHlOkIjQnTqZ',
    101,
  ],
  ['noise', 'xqzvkjwhpbtrmgnfydlcsaoeuixkqwjzvbhgptfmrnlydcsaeoiuqxzkvjwbhgpmtfrnldycseaoiu', 48],
];

describe('the estimate', () => {
  test.each(COUNTED)('of %s is one to four times a tokenizer’s count', (_name, text, tokens) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens);
    expect(estimateTokens(text)).toBeLessThanOrEqual(tokens * 4);
  });

  test.each(['english', 'german', 'code', 'json', 'chinese'])(
    'of %s leaves room for tokenizers with smaller tokens',
    (name) => {
      const [, text = '', tokens = 0] = COUNTED.find(([other]) => other === name) ?? [];
      expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens * 1.35);
    },
  );

  test('never exceeds the number of bytes', () => {
    for (const [, text] of COUNTED) {
      expect(estimateTokens(text)).toBeLessThanOrEqual(new TextEncoder().encode(text).length);
    }
  });

  test('is 0 for an empty text and grows with the text', () => {
    expect(estimateTokens('')).toBe(0);
    expect(estimateTokens('a')).toBe(1);
    let last = 0;
    for (let words = 1; words < 50; words++) {
      const tokens = estimateTokens('word '.repeat(words));
      expect(tokens).toBeGreaterThan(last);
      last = tokens;
    }
  });
});

describe('the estimate of a request', () => {
  test('counts system, messages, tool calls and tools', () => {
    const base = estimateRequestTokens(REQUEST);
    expect(base).toBeGreaterThan(estimateTokens(REQUEST.system) + estimateTokens('hello there'));
    const call = { id: 'c', name: 'find_parts', arguments: '{"query":"bolt"}' };
    const withCall = { ...REQUEST, messages: [answered('', call)] };
    expect(estimateRequestTokens(withCall)).toBeGreaterThan(estimateRequestTokens({ ...REQUEST, messages: [] }) + 10);
    const tool = { name: 'find_parts', description: 'Finds parts.', parameters: { type: 'object' } };
    expect(estimateRequestTokens({ ...REQUEST, tools: [tool] })).toBeGreaterThan(base);
  });
});

describe('the charge of an answer without a final count (R36)', () => {
  test('keeps the provider’s input count and uses the larger output count', () => {
    const known = {
      inputTokens: 5,
      outputTokens: 1,
      cacheReadTokens: 900,
      cacheWriteTokens: 30,
      reasoningTokens: 0,
      estimated: false,
    };
    const usage = estimateUsage(REQUEST, known, 'some twenty words of text');
    expect(usage).toMatchObject({ inputTokens: 5, cacheReadTokens: 900, cacheWriteTokens: 30, estimated: true });
    expect(usage.outputTokens).toBe(estimateTokens('some twenty words of text'));
    expect(estimateUsage(REQUEST, { ...known, outputTokens: 500 }, 'short').outputTokens).toBe(500);
  });

  test('also estimates the input if the provider reported nothing', () => {
    expect(estimateUsage(REQUEST, null, '')).toMatchObject({
      inputTokens: estimateRequestTokens(REQUEST),
      outputTokens: 0,
      estimated: true,
    });
  });
});
