// What a conversation has come to: the last words, what was done about them, and what is spoken of.
import { type Chat, type DemoMessage, type DemoToolCall, isJsonObject } from './chat.ts';
import { type Entity, findEntities, itemByNumber } from './entities.ts';
import { readOutcome, type ToolOutcome } from './tool-outcome.ts';
import { findItemNumbers } from './words.ts';

/** What is asked for stands at the beginning; the rest of a long paste is not read for it. */
export const MAX_READ_CHARACTERS = 2000;

export type Step = { readonly call: DemoToolCall; readonly outcome: ToolOutcome };

export type Story = {
  /** The last thing that the user said. */
  readonly text: string;
  /** The messages before it. */
  readonly before: readonly DemoMessage[];
  /** Calls with their results, of this turn and of the turn before. */
  readonly steps: readonly Step[];
  readonly stepsBefore: readonly Step[];
  /** Everything that was spoken of, the latest last, without repetitions. */
  readonly entities: readonly Entity[];
  /** What "it" means: nothing that this turn's own results brought up. */
  readonly focus: Entity | null;
  /** The rows of the last list, which "the second one" counts in. */
  readonly lastList: readonly Entity[];
};

export function readStory(chat: Chat): Story {
  const at = chat.messages.findLastIndex((message) => message.role === 'user');
  const last = chat.messages[at];
  const before = chat.messages.slice(0, Math.max(at, 0));
  const previous = before.findLastIndex((message) => message.role === 'user');
  const steps = pairSteps(chat.messages.slice(at + 1));
  return {
    text: last?.role === 'user' ? last.text.slice(0, MAX_READ_CHARACTERS) : '',
    before,
    steps,
    stepsBefore: pairSteps(before.slice(previous + 1)),
    entities: findTopics(chat.messages).entities,
    focus: findTopics(chat.messages.slice(0, at + 1)).focus,
    lastList: findTopics(before).lastList,
  };
}

function pairSteps(messages: readonly DemoMessage[]): readonly Step[] {
  const calls = new Map<string, DemoToolCall>();
  return messages.flatMap((message): Step[] => {
    if (message.role === 'assistant') for (const call of message.toolCalls) calls.set(call.id, call);
    if (message.role !== 'tool') return [];
    const call = calls.get(message.callId);
    return call === undefined ? [] : [{ call, outcome: readOutcome(message) }];
  });
}

function findTopics(messages: readonly DemoMessage[]): Pick<Story, 'entities' | 'focus' | 'lastList'> {
  const known = new Map<string, Entity>();
  const calls = new Map<string, DemoToolCall>();
  let focus: string | null = null;
  let lastList: readonly Entity[] = [];
  for (const message of messages) {
    if (message.role === 'assistant') for (const call of message.toolCalls) calls.set(call.id, call);
    if (message.role === 'tool') {
      const outcome = readOutcome(message);
      if (outcome.kind !== 'value' || message.toolName.startsWith('offer')) continue;
      const entities = findEntities(message.toolName, outcome.value);
      for (const entity of entities) learn(entity);
      const list = /^(?:search|list)_/.test(message.toolName);
      if (list) lastList = entities;
      focus =
        keyOf(calls.get(message.callId)) ?? keyOfRoot(message.toolName, outcome.value, list ? entities : []) ?? focus;
      continue;
    }
    const numbers = findItemNumbers(message.text);
    for (const number of numbers) if (!known.has(number)) learn(itemByNumber(number));
    if (message.role === 'user' || numbers.length === 1) focus = numbers[0] ?? focus;
  }
  return { entities: [...known.values()], focus: known.get(focus ?? '') ?? null, lastList };

  function learn(entity: Entity): void {
    const key = entity.number ?? entity.id ?? '';
    const old = known.get(key);
    known.delete(key);
    known.set(key, merged(old, entity));
  }

  /** The thing that a call was about, where its id is known. */
  function keyOf(call: DemoToolCall | undefined): string | null {
    const ids = call === undefined ? [] : [call.args.itemId, call.args.id, call.args.projectId];
    const about = [...known.entries()].find(([, entity]) => entity.id !== null && ids.includes(entity.id));
    return about?.[0] ?? null;
  }
}

/** A result that is one record is about it; a list is, when one thing is all that it holds. */
function keyOfRoot(toolName: string, value: unknown, list: readonly Entity[]): string | null {
  const fields = isJsonObject(value) ? Object.entries(value).filter(([, inner]) => !Array.isArray(inner)) : [];
  const [root] = list.length === 1 ? list : findEntities(toolName, Object.fromEntries(fields));
  return root === undefined ? null : (root.number ?? root.id);
}

/** A later result may show fewer fields; what was known before stays known. */
function merged(old: Entity | undefined, entity: Entity): Entity {
  if (old === undefined) return entity;
  return {
    id: entity.id ?? old.id,
    number: entity.number ?? old.number,
    name: entity.name ?? old.name,
    type: entity.type ?? old.type,
    kind: entity.kind,
    fields: { ...old.fields, ...entity.fields },
  };
}
