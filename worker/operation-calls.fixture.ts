// Every operation of the API as requests, made from what it declares. A new kind of id needs a line here.
import { ASSISTANT_PREFIXES } from './app.ts';
import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { type Ask, ask } from './visitor.fixture.ts';

/** An id of each kind that nothing has. */
const NOBODYS: Readonly<Record<string, () => string>> = {
  sessionId: () => crypto.randomUUID(),
  threadId: () => crypto.randomUUID(),
  chatId: () => `chat-${crypto.randomUUID()}`,
  model: () => `model-${crypto.randomUUID()}`,
  name: () => 'chat',
  approvalId: () => crypto.randomUUID(),
  messageId: () => crypto.randomUUID(),
  runId: () => `run-${crypto.randomUUID()}`,
  kind: () => 'item',
  id: () => crypto.randomUUID(),
  tab: () => 'details',
  userId: () => crypto.randomUUID(),
  invitationId: () => crypto.randomUUID(),
};

export function nobodys(name: string): string {
  const make = NOBODYS[name];
  if (!make) throw new Error(`no id for ${name}; add one to operation-calls.fixture.ts`);
  return make();
}

/** One call under each prefix that it answers at. */
export type OperationCall = { readonly name: string; readonly operation: Operation; readonly prefix: string };

export const CALLS: readonly OperationCall[] = OPERATIONS.flatMap((operation) => {
  const prefixes = operation.group === 'assistant' ? ASSISTANT_PREFIXES : [''];
  return prefixes.map((prefix) => ({
    operation,
    prefix,
    name: `${operation.method.toUpperCase()} ${prefix}${operation.path}`,
  }));
});

export const paramsOf = ({ path }: Operation): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** @param ids in place of such as nothing has */
export const pathOf = ({ operation, prefix }: OperationCall, ids: Readonly<Record<string, string>> = {}): string =>
  prefix + operation.path.replace(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? nobodys(name));

/** A key that no body has, so that whoever may call an operation changes nothing by it. */
export const HARMLESS = { nothingOfTheKind: true };

let sent = 0;

/** From an address of its own: the coarse limit is not what these tests are about. */
export const askFromAnywhere = (path: string, options: Ask = {}): Promise<Response> => {
  sent += 1;
  const address = `2001:db8:${(sent >> 16).toString(16)}:${(sent & 0xffff).toString(16)}::1`;
  return ask(path, { ...options, headers: { 'CF-Connecting-IP': address, ...options.headers } });
};
