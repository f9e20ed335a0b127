// The effort that each wire's requests name, in our three words.
import { describe, expect, test } from 'vitest';
import { AppError } from '../../durable/errors.ts';
import { parseChatRequest } from './ag-ui/ag-ui.ts';
import { parseUiMessages } from './ai-sdk/ai-sdk-request.ts';
import { parseInputs, parseQuestion, runOfQuestion } from './alga/alga-request.ts';
import { parseOpenAiQuestion, runOfOpenAiQuestion } from './openai/openai-request.ts';

const IDS = { sessionId: crypto.randomUUID(), runId: 'run-1' };
const messages = [{ role: 'user', content: 'Hello' }];
const part = { id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Hello' }] };

const WIRES = {
  'AG-UI': (effort: unknown) =>
    parseChatRequest(
      { threadId: IDS.sessionId, runId: 'run-1', messages: [{ id: 'm1', ...messages[0] }], forwardedProps: { effort } },
      undefined,
    ),
  alga: (effort: unknown) => runOfQuestion(parseQuestion({ messages, effort }), IDS),
  'alga, older address': (effort: unknown) => runOfQuestion(parseInputs({ inputs: 'Hello', effort }), IDS),
  'AI SDK': async (effort: unknown) => {
    const body = { id: 'chat-1', messages: [part], trigger: 'submit-message', effort };
    return (await parseUiMessages(body, 'request-1')).run;
  },
  'Chat Completions': (effort: unknown) =>
    runOfOpenAiQuestion(parseOpenAiQuestion({ model: 'default', messages, reasoning_effort: effort }), IDS),
};

const refusedAt = async (run: () => Promise<unknown>): Promise<string> => {
  // Parsing may throw before there is a promise.
  const error = await (async () => run())().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'BAD_REQUEST' });
  return JSON.stringify((error as AppError).cause);
};

describe.each(Object.entries(WIRES))('%s', (wire, run) => {
  test('has no effort unless the request names one, and a digest that says so', async () => {
    const [without, none] = await Promise.all([run(undefined), run(null)]);
    expect(without).not.toHaveProperty('effort');
    expect(none.digest).toBe(without.digest);
    expect((await run(wire === 'Chat Completions' ? 'low' : 'fast')).digest).not.toBe(without.digest);
  });

  test('refuses an effort that it doesn’t know, and names the field', async () => {
    for (const effort of ['extreme', 3]) expect(await refusedAt(() => run(effort))).toContain('effort');
  });
});

test.each(Object.entries(WIRES).filter(([wire]) => wire !== 'Chat Completions'))(
  '%s takes our words',
  async (_wire, run) => {
    for (const effort of ['fast', 'balanced', 'thorough']) expect(await run(effort)).toMatchObject({ effort });
  },
);

test.each([
  ['none', 'fast'],
  ['minimal', 'fast'],
  ['low', 'fast'],
  ['medium', 'balanced'],
  ['high', 'thorough'],
  ['xhigh', 'thorough'],
  ['max', 'thorough'],
])('reasoning_effort %s is %s', async (level, effort) => {
  expect(await WIRES['Chat Completions'](level)).toMatchObject({ effort });
});
