import type { ResponseCreateParamsStreaming } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import type { ModelRequest } from '../provider.ts';
import { collect, createUpstream, joined, REQUEST, type ScriptedResponse } from '../scripted-upstream.fixture.ts';
import { RESPONSES } from '../wire.fixture.ts';

const refused = (error: object, status = 400): ScriptedResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  chunks: [JSON.stringify({ error: { type: 'invalid_request_error', message: 'no', ...error } })],
});
const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'e==' };
const AFTER_A_CALL: ModelRequest = {
  ...REQUEST,
  model: 'gpt-6-sol',
  // Without tools, calls would be sent as text.
  tools: [{ name: 'find_parts', description: 'finds parts', parameters: { type: 'object' } }],
  messages: [
    ...REQUEST.messages,
    {
      role: 'assistant',
      parts: [
        {
          type: 'reasoning',
          state: { wire: 'openai-responses', connection: REQUEST.connection, model: 'gpt-6-sol', payload: item },
        },
        { type: 'tool-call', id: 'c1', name: 'find_parts', arguments: '{}' },
      ],
    },
    { role: 'tool', toolCallId: 'c1', toolName: 'find_parts', text: '3 parts' },
  ],
};

const run = (...responses: ScriptedResponse[]) => runWith(AFTER_A_CALL, ...responses);

async function runWith(request: ModelRequest, ...responses: ScriptedResponse[]) {
  const upstream = createUpstream(...responses);
  const outcome = await collect(RESPONSES.connect(upstream.deps), request);
  return { ...outcome, bodies: upstream.requests.map(({ body }) => body as ResponseCreateParamsStreaming) };
}
const answer = { chunks: RESPONSES.text('Three.') };
const reasoningIn = ({ input }: ResponseCreateParamsStreaming) =>
  Array.isArray(input) ? input.filter(({ type }) => type === 'reasoning') : null;

describe('a refused request', () => {
  test.each([
    ['that can’t be decrypted', refused({ code: 'invalid_encrypted_content' })],
    [
      'that the model can’t take',
      refused({
        message:
          'Reasoning input items can only be provided to a reasoning or computer use model. Remove reasoning items from your input and try again.',
      }),
    ],
    ['that the server looks for', refused({ message: 'Item with id ‘rs_1’ not found.' }, 404)],
  ])('is sent again without reasoning %s, and the call stays', async (_what, refusal) => {
    const { bodies, events, error } = await run(refusal, answer);
    expect(error).toBeNull();
    expect(joined(events, 'text')).toBe('Three.');
    expect(bodies.map(reasoningIn)).toEqual([[item], []]);
    expect(bodies[1]?.input).toContainEqual(expect.objectContaining({ call_id: 'c1', type: 'function_call' }));
  });

  test('is sent again without a summary that the organization may not have', async () => {
    const { bodies, error } = await run(refused({ param: 'reasoning.summary', code: 'unsupported_value' }), answer);
    expect(error).toBeNull();
    expect(bodies.map(({ reasoning }) => reasoning)).toEqual([{ summary: 'auto' }, {}]);
    expect(bodies[1]).toMatchObject({ include: ['reasoning.encrypted_content'] });
  });

  test('is not repeated: the next ones leave out at once what was refused', async () => {
    const both = refused({ message: 'reasoning.summary and encrypted_content are not supported' });
    const first = await run(both, both, answer);
    expect(first.events.filter(({ type }) => type === 'remedies')).toEqual([
      { type: 'remedies', remedies: ['no-summary', 'send-none'] },
    ]);
    expect(first.events[0]?.type).toBe('remedies');
    const next = await runWith({ ...AFTER_A_CALL, remedies: ['no-summary', 'send-none'] }, answer);
    expect(next.bodies).toHaveLength(1);
    expect(next.bodies[0]?.reasoning).toEqual({});
    expect(next.bodies.map(reasoningIn)).toEqual([[]]);
    expect(next.events.some(({ type }) => type === 'remedies')).toBe(false);
  });

  test('leaves out one thing after the other, and then fails', async () => {
    const both = refused({ message: 'reasoning.summary and encrypted_content are not supported' });
    const { bodies, error } = await run(both, both, both);
    expect(bodies).toHaveLength(3);
    expect(error).toMatchObject({ code: 'PROVIDER_REFUSED' });
  });

  test.each([
    ['another reason', refused({ message: 'The model does not exist.' })],
    ['the key', refused({ message: 'encrypted_content' }, 401)],
  ])('because of %s is not sent again', async (_what, refusal) => {
    const { bodies, events } = await run(refusal);
    expect(bodies).toHaveLength(1);
    expect(events).toEqual([]);
  });
});
