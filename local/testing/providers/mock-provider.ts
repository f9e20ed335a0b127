// aimock, an independent imitation of both providers over real HTTP. It answers from a script: words in the user's message
// select the answers of a turn.
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type ChatCompletionRequest, LLMock, type ToolCall } from '@copilotkit/aimock';
import * as z from 'zod';
import { CONTEXT_START, PAGE_NOTE_START } from '../../../durable/conversation/prompt/page-note.ts';
import { faultsAt } from './strict-wires.ts';

/** The model's text, or the tools that it calls in parallel. */
export type Answer = string | readonly ToolCall[];
type Turn = {
  /** The user's message. */
  readonly text: string;
  /** The number of answers in the turn so far, and the results of its tools. */
  readonly step: number;
  readonly results: readonly string[];
};
type Script = (turn: Turn) => Answer;

export type MockProvider = Awaited<ReturnType<typeof startMockProvider>>;

/** @param options.chunkSize characters an event */
export async function startMockProvider(options: { readonly chunkSize: number } = { chunkSize: 7 }) {
  const mock = new LLMock({ port: 0, chunkSize: options.chunkSize });
  await mock.start();
  const server = serverOf(mock);
  keepIdleConnections(server);
  refuseFaults(server);
  return {
    url: mock.url,
    /** Settings for the stack under test: both providers point here. */
    settings: {
      ANTHROPIC_API_KEY: 'none',
      ANTHROPIC_BASE_URL: mock.url,
      OPENAI_API_KEY: 'none',
      OPENAI_BASE_URL: `${mock.url}/v1`,
    },
    /** Answers turns whose user message has these words. The last answer repeats. */
    script: (words: string, answers: readonly Answer[] | Script): void => {
      const choose: Script =
        typeof answers === 'function' ? answers : ({ step }) => answers[Math.min(step, answers.length - 1)] ?? '';
      mock.on({ predicate: (request) => userText(request).includes(words) }, (request) => {
        const answer = choose(turnOf(request));
        return typeof answer === 'string' ? { content: answer } : { toolCalls: [...answer] };
      });
    },
    /** Refuses turns whose user message has these words, with a status and a message like the provider's. */
    refuse: (words: string, status: number, message: string): void => {
      mock.on({ predicate: (request) => userText(request).includes(words) }, { error: { message }, status });
    },
    /** Removes all scripted answers. */
    forget: () => void mock.clearFixtures(),
    /** The requests of turns whose user message has these words. */
    asked: (words: string): readonly ChatCompletionRequest[] =>
      mock
        .getRequests()
        .map(({ body }) => body as ChatCompletionRequest)
        .filter((request) => userText(request).includes(words)),
    stop: () => mock.stop(),
  };
}

/** aimock has no option for its server. */
const serverOf = (mock: LLMock): Server =>
  z.object({ server: z.instanceof(Server) }).parse(Reflect.get(mock, 'serverInstance')).server;

/**
 * An idle connection that is closed just as it is reused looks like an outage, and many of them at once use up the retries
 * that a provider's breaker allows.
 */
function keepIdleConnections(server: Server): void {
  server.keepAliveTimeout = 0;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** aimock accepts almost anything. What the real API refuses is a 400 here too, before aimock sees it. */
function refuseFaults(server: Server): void {
  const handlers = server.listeners('request') as Handler[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    readAll(request).then(
      (text) => {
        const faults = text === '' ? [] : faultsAt(request.url ?? '', JSON.parse(text));
        if (faults.length > 0) {
          response.writeHead(400, { 'Content-Type': 'application/json' });
          response.end(JSON.stringify({ error: { type: 'invalid_request_error', message: faults.join('; ') } }));
          return;
        }
        const { method, url, headers, rawHeaders, socket, httpVersion } = request;
        const body = Readable.from(text === '' ? [] : [Buffer.from(text)]);
        const again = Object.assign(body, { method, url, headers, rawHeaders, socket, httpVersion });
        for (const handle of handlers) handle(again as unknown as IncomingMessage, response);
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : new Error('unreadable request')),
    );
  });
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export const call = (id: string, name: string, input: object): ToolCall => ({
  id,
  name,
  arguments: JSON.stringify(input),
});

function turnOf(request: ChatCompletionRequest): Turn {
  const { messages } = request;
  const turn = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);
  return {
    text: userText(request),
    step: turn.filter(({ role }) => role === 'assistant').length,
    results: turn.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content)),
  };
}

/** The user's own words, without what the product adds behind them. */
const userText = ({ messages }: ChatCompletionRequest): string =>
  textOf(messages.findLast(({ role }) => role === 'user')?.content ?? null)
    .split(`\n\n${PAGE_NOTE_START}`, 1)[0]
    ?.split(`\n\n${CONTEXT_START}`, 1)[0] ?? '';

const textOf = (content: ChatCompletionRequest['messages'][number]['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');
