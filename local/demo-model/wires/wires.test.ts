// Compares the encoders with an independent implementation of the same wires.
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type DemoModel, startDemoModel } from '../demo-model.ts';
import { PLM_TOOLS } from '../tools.fixture.ts';

const NUMBERS = 'PN-000001';
const QUESTIONS = ['count to 12', `what is ${NUMBERS}?`, 'Tell me about PN-000001 and PN-000002'];

let demo: DemoModel;
let mock: LLMock;

beforeAll(async () => {
  demo = await startDemoModel({ pace: 'instant' });
  mock = new LLMock({ port: 0, chunkSize: 4 });
  await mock.start();
});

afterAll(async () => {
  await demo.close();
  await mock.stop();
});

beforeEach(() => {
  mock.clearFixtures();
});

/** Makes aimock give the demo model's answer. */
async function teach(question: string): Promise<void> {
  const body = await post(`${demo.url}/v1/chat/completions`, { ...openAiBody(question), stream: false });
  const Said = z.object({
    choices: z.tuple([
      z.object({
        message: z.object({
          content: z.string().nullable(),
          tool_calls: z.array(z.object({ function: z.object({ name: z.string(), arguments: z.string() }) })).optional(),
        }),
      }),
    ]),
  });
  const { message } = Said.parse(JSON.parse(body)).choices[0];
  const toolCalls = (message.tool_calls ?? []).map((call) => call.function);
  mock.onMessage(/./, toolCalls.length > 0 ? { toolCalls } : { content: message.content ?? '' });
}

test.each(QUESTIONS)('Anthropic events of "%s" come in the order and with the fields of aimock', async (question) => {
  await teach(question);
  const body = {
    model: 'claude-sonnet-4-6',
    max_tokens: 1000,
    stream: true,
    messages: [{ role: 'user', content: question }],
    tools: PLM_TOOLS.map((tool) => ({
      name: tool.name,
      description: tool.description,
      input_schema: { ...tool.schema },
    })),
  };
  const ours = shapes(await post(`${demo.url}/v1/messages`, body));
  const theirs = shapes(await post(`${mock.url}/v1/messages`, body));
  expect(orderOf(ours)).toEqual(orderOf(theirs));
  expect(missingFields(theirs, ours)).toEqual([]);
});

test.each(QUESTIONS)('OpenAI chunks of "%s" come in the order of aimock', async (question) => {
  await teach(question);
  const ours = shapes(await post(`${demo.url}/v1/chat/completions`, openAiBody(question)));
  const theirs = shapes(await post(`${mock.url}/v1/chat/completions`, openAiBody(question)));
  expect(orderOf(ours)).toEqual(orderOf(theirs));
});

function openAiBody(question: string) {
  const tools = PLM_TOOLS.map((tool) => ({
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: tool.schema },
  }));
  return { model: 'gpt-4.1', stream: true, messages: [{ role: 'user', content: question }], tools };
}

async function post(url: string, body: unknown): Promise<string> {
  const headers = { 'content-type': 'application/json', 'x-api-key': 'test-key' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return response.text();
}

type Shape = { readonly kind: string; readonly fields: readonly string[] };

/** Each event's type and fields, without pings. */
function shapes(sse: string): readonly Shape[] {
  const data = [...sse.matchAll(/^data: (.*)$/gm)].map(([, line]) => line ?? '');
  return data
    .map((line): Shape => {
      if (line === '[DONE]') return { kind: line, fields: [] };
      const event: unknown = JSON.parse(line);
      const fields = pathsOf(event);
      return { kind: z.object({ type: z.string() }).safeParse(event).data?.type ?? chunkKind(fields), fields };
    })
    .filter(({ kind }) => kind !== 'ping');
}

/** An OpenAI chunk has no type; its fields say what it is. */
function chunkKind(fields: readonly string[]): string {
  const kinds = ['role', 'tool_calls.0.id', 'tool_calls.0.function.arguments', 'content'];
  return kinds.find((kind) => fields.includes(`choices.0.delta.${kind}`)) ?? 'finish';
}

/** Runs of the same kind count once, because the two split text differently. */
function orderOf(events: readonly Shape[]): readonly string[] {
  return events.map(({ kind }) => kind).filter((kind, index, kinds) => kind !== kinds[index - 1]);
}

function missingFields(theirs: readonly Shape[], ours: readonly Shape[]): readonly string[] {
  const own = new Set(ours.flatMap(({ kind, fields }) => fields.map((field) => `${kind} ${field}`)));
  return [...new Set(theirs.flatMap(({ kind, fields }) => fields.map((field) => `${kind} ${field}`)))].filter(
    (field) => !own.has(field),
  );
}

function pathsOf(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Object.entries(value);
  return entries.length === 0
    ? [path]
    : entries.flatMap(([key, inner]) => pathsOf(inner, path === '' ? key : `${path}.${key}`));
}
