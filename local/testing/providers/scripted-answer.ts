// Answers of a scripted provider in the format of the wire that asks: one script answers over Anthropic's Messages and over OpenAI's
// Responses. Thinking is sealed as the APIs do it, so that a test can tell a provider's own state from another one's.

export type ScriptedWire = 'anthropic' | 'openai-responses';

export type ScriptedPart =
  /** A summary of what the model thinks. */
  | { readonly thinking: string }
  | { readonly text: string }
  | { readonly call: string; readonly input: object }
  /** Nothing more is sent until this settles. */
  | { readonly until: Promise<void> };

/** What is sent one after the other. */
export type Frames = readonly (string | Promise<void>)[];

/** Returns the seal of a piece of thinking: a signature, or what stands for its encrypted content. */
export type Seal = (thinking: string) => string;

const PIECE_CHARS = 12;
const piecesOf = (text: string): string[] => text.match(new RegExp(`[^]{1,${PIECE_CHARS}}`, 'g')) ?? [];
const newId = (prefix: string): string => `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`;

export const frame = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

export const ANTHROPIC_START = frame('message_start', {
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    content: [],
    usage: { input_tokens: 20, output_tokens: 1 },
  },
});

export const anthropicBlock = (index: number, start: object, deltas: readonly object[]): string =>
  frame('content_block_start', { index, content_block: start }) +
  deltas.map((delta) => frame('content_block_delta', { index, delta })).join('') +
  frame('content_block_stop', { index });

export const anthropicStop = (reason: string): string =>
  frame('message_delta', { delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 9 } }) +
  frame('message_stop', {});

/** @param stop Anthropic's stop reason, if another one than its parts have */
export function framesOf(
  wire: ScriptedWire,
  parts: readonly ScriptedPart[],
  { seal, stop }: { readonly seal: Seal; readonly stop?: string | undefined },
): Frames {
  const hasCalls = parts.some((part) => 'call' in part);
  if (wire === 'anthropic') {
    const frames = parts.map((part, index) => ('until' in part ? part.until : anthropicPart(part, index, seal)));
    return [ANTHROPIC_START, ...frames, anthropicStop(stop ?? (hasCalls ? 'tool_use' : 'end_turn'))];
  }
  const response = { id: newId('resp'), output: [], usage: { input_tokens: 20, output_tokens: 9 } };
  const frames = parts.map((part, index) => ('until' in part ? part.until : responsesPart(part, index, seal)));
  return [frame('response.created', { response }), ...frames, frame('response.completed', { response })];
}

type Content = Exclude<ScriptedPart, { until: unknown }>;

function anthropicPart(part: Content, index: number, seal: Seal): string {
  if ('thinking' in part) {
    return anthropicBlock(index, { type: 'thinking', thinking: '', signature: '' }, [
      ...piecesOf(part.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: seal(part.thinking) },
    ]);
  }
  if ('text' in part) {
    return anthropicBlock(
      index,
      { type: 'text', text: '' },
      piecesOf(part.text).map((text) => ({ type: 'text_delta', text })),
    );
  }
  return anthropicBlock(index, { type: 'tool_use', id: newId('toolu'), name: part.call, input: {} }, [
    { type: 'input_json_delta', partial_json: JSON.stringify(part.input) },
  ]);
}

function responsesPart(part: Content, index: number, seal: Seal): string {
  const send = (type: string, fields: object) => frame(`response.${type}`, { output_index: index, ...fields });
  if ('thinking' in part) {
    const summary = [{ type: 'summary_text', text: part.thinking }];
    const item = { type: 'reasoning', id: newId('rs'), summary: [] };
    return [
      send('output_item.added', { item }),
      send('reasoning_summary_part.added', { summary_index: 0 }),
      ...piecesOf(part.thinking).map((delta) => send('reasoning_summary_text.delta', { summary_index: 0, delta })),
      send('output_item.done', { item: { ...item, summary, encrypted_content: seal(part.thinking) } }),
    ].join('');
  }
  if ('text' in part) {
    const item = { type: 'message', id: newId('msg'), role: 'assistant', phase: 'final_answer' };
    return [
      send('output_item.added', { item: { ...item, content: [] } }),
      ...piecesOf(part.text).map((delta) => send('output_text.delta', { content_index: 0, delta })),
      send('output_item.done', { item: { ...item, content: [{ type: 'output_text', text: part.text }] } }),
    ].join('');
  }
  const args = JSON.stringify(part.input);
  const item = { type: 'function_call', id: newId('fc'), call_id: newId('call'), name: part.call, arguments: '' };
  return [
    send('output_item.added', { item }),
    send('function_call_arguments.delta', { delta: args }),
    send('output_item.done', { item: { ...item, arguments: args } }),
  ].join('');
}
