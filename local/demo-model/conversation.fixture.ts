// Plays a conversation for the tests: the demo model answers, a table of results plays the tools.
import { answer } from './answer.ts';
import type { Chat, DemoMessage, DemoTool, DemoToolCall, JsonObject, PlannedCall } from './chat.ts';

export type Results = { readonly [toolName: string]: unknown | ((args: JsonObject) => unknown) };

type Turn = {
  /** Every call of the turn, in order. */
  readonly calls: readonly PlannedCall[];
  /** The calls of each step, to see which came together. */
  readonly steps: readonly (readonly PlannedCall[])[];
  readonly text: string;
};

const MAX_ROUNDS = 12;

export function startConversation(options: {
  readonly tools?: readonly DemoTool[];
  readonly results?: Results;
  readonly system?: string;
}) {
  const messages: DemoMessage[] = [];
  let calls = 0;

  return { ask, messages };

  function ask(text: string): Turn {
    messages.push({ role: 'user', text });
    const steps: (readonly PlannedCall[])[] = [];
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const chat: Chat = { system: options.system ?? '', messages, tools: options.tools ?? [] };
      const said = answer(chat);
      const toolCalls = said.toolCalls.map((planned): DemoToolCall => ({ id: `call-${calls++}`, ...planned }));
      messages.push({ role: 'assistant', text: said.text, toolCalls });
      if (toolCalls.length === 0) return { calls: steps.flat(), steps, text: said.text };
      steps.push(said.toolCalls);
      for (const toolCall of toolCalls) messages.push(resultOf(toolCall));
    }
    throw new Error(`The demo model did not come to an answer: ${JSON.stringify(steps)}`);
  }

  function resultOf(toolCall: DemoToolCall): DemoMessage {
    const result = options.results?.[toolCall.name];
    const value: unknown = typeof result === 'function' ? result(toolCall.args) : result;
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? {});
    return { role: 'tool', callId: toolCall.id, toolName: toolCall.name, text, isError: false };
  }
}

export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}
