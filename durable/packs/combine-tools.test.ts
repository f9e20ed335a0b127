import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineTool } from '../tools/tool.ts';
import { combineTools } from './combine-tools.ts';

const toolCalled = (name: string) =>
  defineTool({
    name,
    description: name,
    effect: 'read',
    permission: null,
    input: z.strictObject({}),
    output: z.object({}),
    run: async () => ({ refused: false, data: {} }),
  });

test('returns the same tool objects for a single pack', () => {
  const tools = [toolCalled('find'), toolCalled('open')];
  const combined = combineTools([{ id: 'one', tools }]);
  expect(combined.tools.map((tool, at) => tool === tools[at])).toEqual([true, true]);
  expect(combined.note).toBeNull();
});

test('prefixes a name that two packs use, and tells the model', () => {
  const { tools, note } = combineTools([
    { id: 'one', tools: [toolCalled('find'), toolCalled('open')] },
    { id: 'two', tools: [toolCalled('open'), toolCalled('close')] },
  ]);
  expect(tools.map(({ name }) => name)).toEqual(['find', 'one_open', 'two_open', 'close']);
  expect(note).toBe('open is called one_open or two_open here.');
});

test('rejects a pack with two tools of the same name', () => {
  expect(() => combineTools([{ id: 'one', tools: [toolCalled('find'), toolCalled('find')] }])).toThrow(
    'two tools called find',
  );
});
