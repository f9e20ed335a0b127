import { describe, expect, test } from 'vitest';
import { isStorable } from '../input-text.ts';
import { stringsIn } from '../schema-walk.fixture.ts';
import { ACCESS } from '../tools/runner.fixture.ts';
import { PERMISSION_WORDS, toolsFor } from './registry.ts';
import { templatesFor } from './templates.ts';

const UNSTORABLE = ['a\0b', '\0', 'a\ud83d', '\ude00b'];

const permissions = Object.keys(PERMISSION_WORDS);
const access = { ...ACCESS, permissions };
const inputs = [
  ...toolsFor(access, 'chat').map(({ name, input }) => [name, input] as const),
  ...templatesFor(access).map(({ id, form }) => [id, form] as const),
];

describe('text of tools and forms can be stored in Postgres (R20)', () => {
  test.each(inputs)('%s', (_name, input) => {
    for (const { path, schema } of stringsIn(input))
      for (const text of UNSTORABLE) {
        const parsed = schema.safeParse(text);
        if (parsed.success) expect(isStorable(String(parsed.data)), `${path}: use text-fields.ts`).toBe(true);
      }
  });
});
