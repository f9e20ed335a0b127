// Every route of the API as requests, made from what it declares. A new kind of id needs a line here.
import { ROUTES } from '../routes.ts';
import { type Ask, ask } from '../visitor.fixture.ts';
import type { Route } from './define-route.ts';

/** An id of each kind that doesn't exist. */
const UNKNOWN_IDS: Readonly<Record<string, () => string>> = {
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
  template: () => 'advancing-email',
  field: () => 'projectId',
  entryId: () => crypto.randomUUID(),
  signInId: () => crypto.randomUUID(),
  issuerId: () => crypto.randomUUID(),
};

export function unknownId(name: string): string {
  const make = UNKNOWN_IDS[name];
  if (!make) throw new Error(`no id for ${name}; add one to route-calls.fixture.ts`);
  return make();
}

export type RouteCall = { readonly name: string; readonly route: Route; readonly path: string };

/** Each at its canonical address. That aliases lead to the same handlers is shown by role-matrix.workerd.test.ts. */
export const CALLS: readonly RouteCall[] = ROUTES.map((route) => {
  const [path] = route.paths;
  return { route, path, name: `${route.method.toUpperCase()} ${path}` };
});

export const paramsOf = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** @param ids to use instead of ids that don't exist */
export const pathOf = ({ path }: RouteCall, ids: Readonly<Record<string, string>> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? unknownId(name));

/** A key that no body has, so that a permitted call changes nothing. */
export const HARMLESS = { nothingOfTheKind: true };

let sent = 0;

/** From an address of its own, to stay below the address limit. */
export const askFromAnywhere = (path: string, options: Ask = {}): Promise<Response> => {
  sent += 1;
  const address = `2001:db8:${(sent >> 16).toString(16)}:${(sent & 0xffff).toString(16)}::1`;
  return ask(path, { ...options, headers: { 'CF-Connecting-IP': address, ...options.headers } });
};
