// A request as the demo model reads it, whichever wire brought it, and the answer that it gives.

export type JsonObject = { readonly [key: string]: unknown };

export type DemoToolCall = { readonly id: string; readonly name: string; readonly args: JsonObject };

export type DemoMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls: readonly DemoToolCall[] }
  | {
      readonly role: 'tool';
      readonly callId: string;
      readonly toolName: string;
      readonly text: string;
      readonly isError: boolean;
    };

/** `schema` is the JSON Schema of the arguments, as the request carried it. */
export type DemoTool = { readonly name: string; readonly description: string; readonly schema: JsonObject };

export type Chat = {
  readonly system: string;
  readonly messages: readonly DemoMessage[];
  readonly tools: readonly DemoTool[];
};

export type PlannedCall = { readonly name: string; readonly args: JsonObject };

/** Text and calls may come together; with calls the model expects to be asked again with their results. */
export type Answer = { readonly text: string; readonly toolCalls: readonly PlannedCall[] };

export function say(text: string): Answer {
  return { text, toolCalls: [] };
}

export function call(...toolCalls: readonly PlannedCall[]): Answer {
  return { text: '', toolCalls };
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
