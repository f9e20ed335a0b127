import type { ResponseCreateParamsStreaming } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { responsesProblems } from './responses-rules.ts';

const message = { type: 'message' as const, role: 'user' as const, content: 'find it' };
const call = { type: 'function_call' as const, call_id: 'c1', name: 'find_parts', arguments: '{}' };
const output = { type: 'function_call_output' as const, call_id: 'c1', output: '3 parts' };
const reasoning = { type: 'reasoning' as const, id: 'rs_1', summary: [], encrypted_content: 'e==' };

const VALID = {
  model: 'gpt-6-sol',
  input: [message, reasoning, call, output],
  max_output_tokens: 512,
  store: false,
  stream: true,
} satisfies ResponseCreateParamsStreaming;

test('accepts a valid request', () => {
  expect(responsesProblems(VALID)).toEqual([]);
});

describe('finds', () => {
  test.each([
    ['a stored response', { store: true }],
    ['a sampling parameter', { temperature: 0 }],
    ['a reference to a stored response', { previous_response_id: 'resp_1' }],
    ['an unknown field', { max_tokens: 5 }],
    ['a limit that the API refuses', { max_output_tokens: 1 }],
    ['reasoning that can’t be sent back', { reasoning: { summary: 'auto' } }],
    ['a nested tool, as Chat Completions has it', { tools: [{ type: 'function', function: { name: 'a' } }] }],
    [
      'a tool that is not strict',
      {
        tools: [
          {
            type: 'function',
            name: 'a',
            description: '',
            strict: true,
            parameters: { type: 'object', properties: {} },
          },
        ],
      },
    ],
    ['an id of an item', { input: [message, { ...call, id: 'fc_1' }, output] }],
    ['empty words', { input: [{ ...message, content: '' }] }],
    ['arguments that are no object', { input: [message, { ...call, arguments: '[1]' }, output] }],
    ['a call without its output', { input: [message, call] }],
    ['a call without its output before the next message', { input: [message, call, message] }],
    ['an output without its call', { input: [message, output] }],
    ['two calls with one id', { input: [message, call, output, call, output] }],
    ['reasoning for a model that does not reason', { model: 'gpt-4.1' }],
    ['reasoning at the end', { input: [message, reasoning] }],
    ['reasoning before a question', { input: [message, reasoning, message] }],
    ['reasoning without its content', { input: [message, { ...reasoning, encrypted_content: null }, call, output] }],
  ])('%s', (_what, change) => {
    expect(responsesProblems({ ...VALID, ...change })).not.toEqual([]);
  });
});
