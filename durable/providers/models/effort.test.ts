import { describe, expect, test } from 'vitest';
import type { EffortChoice } from '../../contracts/session.ts';
import { type EffortRules, effortOf, NO_EFFORT_RULES, offeredEfforts, toEffortRules } from './effort.ts';
import type { EffortLevel } from './model-entry.ts';
import { MODELS } from './models.ts';

const find = (id: string) => {
  const model = MODELS.find((one) => one.id === id);
  if (!model) throw new Error(`no model ${id}`);
  return model;
};
const rules = (given: Partial<EffortRules>): EffortRules => ({ ...NO_EFFORT_RULES, ...given });
const offer = (id: string, given: Partial<EffortRules> = {}) =>
  offeredEfforts(find(id), rules(given)).map(({ choice, level }) => `${choice} ${level}`);

describe('the efforts that the picker offers', () => {
  test.each<[string, EffortRules['ceiling'], string[]]>([
    ['claude-sonnet-5-5', null, ['fast low', 'balanced medium', 'thorough high']],
    ['claude-sonnet-5-5', 'max', ['fast low', 'balanced medium', 'thorough max']],
    ['claude-sonnet-4-6', 'xhigh', ['fast low', 'balanced medium', 'thorough high']],
    ['claude-sonnet-5-5', 'medium', ['fast low', 'thorough medium']],
    ['claude-sonnet-5-5', 'low', []],
    ['gpt-6-sol', null, ['fast low', 'balanced medium', 'thorough high']],
    ['claude-haiku-4-5', null, []],
    ['gpt-4.1', null, []],
  ])('of %s up to %s are %j', (id, ceiling, expected) => {
    expect(offer(id, { ceiling })).toEqual(expected);
  });
});

describe('the effort of a request', () => {
  test.each<[string, EffortChoice | null, Partial<EffortRules>, EffortLevel | null]>([
    ['claude-sonnet-5-5', null, {}, 'high'],
    ['claude-opus-5-5', null, {}, 'medium'],
    ['claude-opus-5-5', 'fast', {}, 'low'],
    ['claude-opus-5-5', 'thorough', { ceiling: 'max' }, 'max'],
    ['claude-opus-5-5', null, { choice: 'fast' }, 'low'],
    ['claude-opus-5-5', 'thorough', { choice: 'fast', ceiling: 'medium' }, 'medium'],
    ['claude-sonnet-5-5', null, { ceiling: 'medium' }, 'medium'],
    ['claude-sonnet-5-5', 'balanced', { ceiling: 'low' }, 'low'],
    ['gpt-6-sol', 'fast', {}, 'low'],
    ['gemini-4-hydrogen', null, {}, 'high'],
    ['gpt-4.1', 'thorough', {}, null],
    ['claude-haiku-4-5', null, { choice: 'fast' }, null],
  ])('to %s, having chosen %s under %j, is %s', (id, chosen, given, expected) => {
    expect(effortOf(find(id), chosen, rules(given))).toBe(expected);
  });

  test('never exceeds the ceiling and is always a level of the model', () => {
    for (const model of MODELS) {
      for (const ceiling of ['low', 'medium', 'high', 'xhigh', 'max'] as const) {
        for (const chosen of [null, 'fast', 'balanced', 'thorough'] as const) {
          const level = effortOf(model, chosen, rules({ ceiling }));
          if (level === null) expect(model.effort).toBeNull();
          else expect(model.effort?.levels).toContain(level);
        }
      }
    }
  });
});

test('unknown rules count as not set', () => {
  expect(toEffortRules('fast', 'xhigh')).toEqual({ choice: 'fast', ceiling: 'xhigh' });
  expect(toEffortRules('frantic', 'none')).toEqual(NO_EFFORT_RULES);
  expect(toEffortRules(undefined, null)).toEqual(NO_EFFORT_RULES);
});
