// The gate before every provider: whatever a conversation holds, the request that leaves is one that its wire accepts. One odd
// name, id, character or gap in the history would otherwise make every later turn a 400.
import { toStorable, toStorableJson } from '../../input-text.ts';
import type { AssistantPart, ModelMessage, ModelRequest, PartState, ToolCall, WireName } from '../provider.ts';
import { parseJsonObject } from '../stream/tool-arguments.ts';

export type WireRules = {
  readonly wire: WireName;
  /** True if state is only valid for the model that sent it, not for all models of the connection. */
  readonly bindsStateToModel: boolean;
  /** True if reasoning must be followed by what it led to. */
  readonly needsFollower: boolean;
  /** The ids that the wire accepts. A call and its result get the same one. */
  readonly toCallId: (id: string) => string;
};

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** The request as its wire accepts it. The same history gives the same messages, so prompt caches keep working. */
export function passGate(request: ModelRequest, rules: WireRules): ModelRequest {
  const tools = request.tools.map((tool) => ({ ...tool, description: toStorable(tool.description) }));
  const parts = { request, rules, hasTools: tools.length > 0 };
  const cleaned = pairResults(request.messages.map((message) => cleanMessage(message, parts)));
  const spoken = parts.hasTools ? cleaned : cleaned.map(withoutCalls);
  return {
    ...request,
    system: hasWords(request.system) ? toStorable(request.system) : '',
    tools,
    messages: nameCalls(inOrder(spoken), rules),
  };
}

const hasWords = (text: string): boolean => text.trim() !== '';

type Context = { readonly request: ModelRequest; readonly rules: WireRules };

function cleanMessage(message: ModelMessage, context: Context): ModelMessage {
  if (message.role !== 'assistant') return { ...message, text: toStorable(message.text) };
  const parts = message.parts.flatMap((part): AssistantPart[] => cleanPart(part, context));
  if (!context.rules.needsFollower) {
    const isEmpty = parts.every(({ type }) => type === 'reasoning');
    return { role: 'assistant', parts: isEmpty ? [] : parts };
  }
  const last = parts.findLastIndex(({ type }) => type !== 'reasoning');
  return { role: 'assistant', parts: parts.slice(0, last + 1) };
}

function cleanPart(part: AssistantPart, { request, rules }: Context): AssistantPart[] {
  const { state, ...bare } = part;
  const isValid = state !== undefined && isValidFor(state, request, rules);
  const kept = isValid ? { state } : {};
  if (bare.type === 'reasoning') return isValid ? [{ type: 'reasoning', state }] : [];
  if (bare.type === 'tool-call') {
    return [{ ...bare, name: cleanName(bare.name), arguments: cleanArguments(bare.arguments), ...kept }];
  }
  const text = toStorable(bare.text);
  return hasWords(text) ? [{ type: 'text', text, ...kept }] : [];
}

const isValidFor = (state: PartState, request: ModelRequest, rules: WireRules): boolean =>
  state.wire === rules.wire &&
  state.connection === request.connection &&
  (!rules.bindsStateToModel || state.model === request.model);

/** Models make up names such as `functions.get_bom`. The call was refused, and the model should still see it. */
const cleanName = (name: string): string =>
  NAME.test(name) ? name : name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'unknown_tool';

/** As the model wrote them if they are acceptable, because some reasoning is bound to the exact text before it. */
function cleanArguments(text: string): string {
  const parsed = parseJsonObject(text);
  if (!parsed) return JSON.stringify({ unparsed: toStorable(text) });
  const before = JSON.stringify(parsed);
  const cleaned = JSON.stringify(toStorableJson(parsed));
  return cleaned === before ? text : cleaned;
}

type ToolResult = Extract<ModelMessage, { role: 'tool' }>;
type Answer = Extract<ModelMessage, { role: 'assistant' }>;

const callsIn = (message: ModelMessage): readonly (ToolCall & { readonly type: 'tool-call' })[] =>
  message.role === 'assistant' ? message.parts.filter((part) => part.type === 'tool-call') : [];

/** What a provider reads where a call has no result: it waits for the user, or it was never run. */
export const NO_RESULT = JSON.stringify({
  status: 'no result',
  message: 'There is no result: the call waits for the user to confirm it, or it was interrupted.',
});

/** Puts exactly one result behind each call, in the order of the calls. Results without a call are left out. */
function pairResults(messages: readonly ModelMessage[]): ModelMessage[] {
  return messages.flatMap((message, index): ModelMessage[] => {
    if (message.role === 'tool') return [];
    const calls = callsIn(message);
    if (calls.length === 0) return [message];
    const next = messages.findIndex((other, place) => place > index && callsIn(other).length > 0);
    const results = messages.slice(index + 1, next < 0 ? undefined : next).filter((other) => other.role === 'tool');
    const used = new Set<ToolResult>();
    const paired = calls.map(({ id, name }): ToolResult => {
      const result = results.find((one) => one.toolCallId === id && !used.has(one));
      if (!result) return { role: 'tool', toolCallId: id, toolName: name, text: NO_RESULT };
      used.add(result);
      return { ...result, toolName: name, text: hasWords(result.text) ? result.text : '(empty)' };
    });
    return [message, ...paired];
  });
}

/** Providers refuse calls in a request without tools. A person who lost their rights still continues the conversation. */
function withoutCalls(message: ModelMessage): ModelMessage {
  if (message.role === 'user') return message;
  if (message.role === 'tool') return { role: 'user', text: `[Result of ${message.toolName}]\n${message.text}` };
  const parts = message.parts.map((part): AssistantPart => {
    if (part.type !== 'tool-call') return part;
    return { type: 'text', text: `[Called ${part.name} with ${part.arguments}]` };
  });
  // State is bound to the calls that follow it.
  const hadCalls = callsIn(message).length > 0;
  return { role: 'assistant', parts: hadCalls ? parts.flatMap(withoutState) : parts };
}

const withoutState = (part: AssistantPart): AssistantPart[] =>
  part.type === 'reasoning' ? [] : part.type === 'text' ? [{ type: 'text', text: part.text }] : [part];

const LEFT_OUT: ModelMessage = { role: 'user', text: '[Earlier messages were left out.]' };
const CONTINUE: ModelMessage = { role: 'user', text: '[Continue.]' };
const NO_WORDS = '(no text)';

/** Starts and ends with the user's side, and joins neighbors of one role, because some servers insist on both. */
function inOrder(messages: readonly ModelMessage[]): ModelMessage[] {
  const ordered: ModelMessage[] = [];
  for (const message of messages) {
    if (message.role === 'assistant' && message.parts.length === 0) continue;
    const last = ordered.at(-1);
    if (!last && message.role !== 'user') ordered.push(LEFT_OUT);
    if (message.role === 'user' && last?.role === 'user') {
      ordered[ordered.length - 1] = { role: 'user', text: joinTexts(last.text, message.text) };
    } else if (message.role === 'assistant' && last?.role === 'assistant') {
      ordered[ordered.length - 1] = { role: 'assistant', parts: [...last.parts, ...message.parts] };
    } else ordered.push(message);
  }
  const last = ordered.at(-1);
  if (last?.role === 'assistant' || ordered.length === 0) ordered.push(CONTINUE);
  return ordered.map((message) =>
    message.role === 'user' && !hasWords(message.text) ? { role: 'user', text: NO_WORDS } : message,
  );
}

const joinTexts = (...texts: readonly string[]): string => texts.filter(hasWords).join('\n\n');

/** Gives each call an id that no other call of the request has, in the form of the wire. */
function nameCalls(messages: readonly ModelMessage[], { toCallId }: WireRules): ModelMessage[] {
  const taken = new Set<string>();
  let names: ReadonlyMap<string, string[]> = new Map();
  return messages.map((message): ModelMessage => {
    if (message.role === 'user') return message;
    if (message.role === 'tool') {
      // Parallel calls with one id have their results in the same order.
      return { ...message, toolCallId: names.get(message.toolCallId)?.shift() ?? message.toolCallId };
    }
    const given = new Map<string, string[]>();
    const parts = message.parts.map((part): Answer['parts'][number] => {
      if (part.type !== 'tool-call') return part;
      const id = unique(toCallId(part.id), taken, toCallId);
      given.set(part.id, [...(given.get(part.id) ?? []), id]);
      return { ...part, id };
    });
    names = given;
    return { role: 'assistant', parts };
  });
}

function unique(id: string, taken: Set<string>, toCallId: WireRules['toCallId']): string {
  let free = id;
  for (let count = 2; taken.has(free); count += 1) free = toCallId(`${id}_${count}`);
  taken.add(free);
  return free;
}

/** 32 bits, for ids that only have to differ. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Nine letters or digits, the only form that some servers accept. */
export const toShortId = (id: string): string =>
  /^[A-Za-z0-9]{9}$/.test(id) ? id : `c${hashOf(id).toString(36).padStart(8, '0')}`;

/** The ids of Anthropic and OpenAI. */
export const toPlainId = (id: string): string =>
  ID.test(id) ? id : `call_${hashOf(id).toString(36)}_${id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40)}`;
