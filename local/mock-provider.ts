// aimock, an independent imitation of both providers over real HTTP, that answers by script: what each answer of a turn is
// to be stands under words of the user's message.
import { type ChatCompletionRequest, LLMock, type ToolCall } from '@copilotkit/aimock';

/** What the model says, or which tools it calls side by side. */
export type Answer = string | readonly ToolCall[];
type Turn = {
  /** What the user wrote. */
  readonly text: string;
  /** How many answers the turn has by now, and what its tools said. */
  readonly step: number;
  readonly results: readonly string[];
};
type Script = (turn: Turn) => Answer;

export type MockProvider = Awaited<ReturnType<typeof startMockProvider>>;

/** @param options.chunkSize characters an event */
export async function startMockProvider(options: { readonly chunkSize: number } = { chunkSize: 7 }) {
  const mock = new LLMock({ port: 0, chunkSize: options.chunkSize });
  await mock.start();
  return {
    url: mock.url,
    /** For the stack under test: both providers point here. */
    settings: {
      ANTHROPIC_API_KEY: 'none',
      ANTHROPIC_BASE_URL: mock.url,
      OPENAI_API_KEY: 'none',
      OPENAI_BASE_URL: `${mock.url}/v1`,
    },
    /** Answers turns whose user message has these words. The last answer is given again and again. */
    script: (words: string, answers: readonly Answer[] | Script): void => {
      const choose: Script =
        typeof answers === 'function' ? answers : ({ step }) => answers[Math.min(step, answers.length - 1)] ?? '';
      mock.on({ predicate: (request) => userText(request).includes(words) }, (request) => {
        const answer = choose(turnOf(request));
        return typeof answer === 'string' ? { content: answer } : { toolCalls: [...answer] };
      });
    },
    /** Refuses turns whose user message has these words, as the provider would: with a status and its own words. */
    refuse: (words: string, status: number, message: string): void => {
      mock.on({ predicate: (request) => userText(request).includes(words) }, { error: { message }, status });
    },
    /** Forgets what it was told to say. */
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

const userText = ({ messages }: ChatCompletionRequest): string =>
  textOf(messages.findLast(({ role }) => role === 'user')?.content ?? null);

const textOf = (content: ChatCompletionRequest['messages'][number]['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');
