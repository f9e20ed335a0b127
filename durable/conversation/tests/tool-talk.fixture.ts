// For tests of tools and approvals: a conversation with scripted answers over the demo data, and what Postgres holds.
/// <reference types="@cloudflare/vitest-plugin/types" />

import { env } from 'cloudflare:workers';
import { type SQL, sql } from 'drizzle-orm';
import { anthropicFaults } from '../../../local/testing/providers/strict-wires.ts';
import type { RunRequest } from '../../contracts/conversation.ts';
import { postgresDepsOf } from '../../postgres/with-tenant.ts';
import type { Access } from '../../principal.ts';
import { openTenant } from '../../tools/tenant-access.ts';
import { ask, callOf, eventsOf, newTalk, readerOf, rejoin, type Talk } from './conversation-client.fixture.ts';
import { type ProviderCall, type ScriptedCall, toolUse, type World, words } from './gated-world.fixture.ts';

export type Cards = readonly { readonly approvalId: string; readonly state: string; readonly toolCallId: string }[];

/** The demo design in which nothing is released, so that parts need no change order. */
export const OPEN_DESIGN = 'PKH-MFG';

export const uniqueName = (): string => `Motor Assembly ${crypto.randomUUID().slice(0, 8)}`;

export const createPart = (name: string, id = 'toolu_create'): ScriptedCall => ({
  id,
  name: 'create_item',
  input: { itemType: 'Part', name, designId: OPEN_DESIGN },
});

/** Asks, and lets the provider answer step by step. The last step can be delayed. */
export async function talkThrough(
  world: World,
  talk: Talk,
  access: Access,
  answers: readonly (string | readonly ScriptedCall[])[],
) {
  const call = callOf(talk, access);
  const reader = readerOf(await ask(talk, call));
  const asked = await answerAll(world, answers);
  return { runId: call.run.runId, text: await reader.rest(), asked };
}

export async function answerAll(
  world: World,
  answers: readonly (string | readonly ScriptedCall[])[],
): Promise<ProviderCall[]> {
  const asked: ProviderCall[] = [];
  for (const answer of answers) {
    const call = await world.nextCall();
    call.send(typeof answer === 'string' ? words(answer) : toolUse(...answer));
    call.end();
    asked.push(call);
  }
  return asked;
}

/** A conversation that ended with an approval card for each call. */
export async function propose(world: World, access: Access, ...calls: ScriptedCall[]) {
  const talk = newTalk(access);
  const { text, runId } = await talkThrough(world, talk, access, [calls]);
  return { talk, text, runId, cards: cardsIn(text) };
}

/** Each card as in its last event. */
export const cardsIn = (text: string): Cards => [
  ...new Map(
    eventsOf(text).flatMap((event) => {
      if (event.type !== 'CUSTOM' || event.name !== 'confirmation') return [];
      const card = event.value as Cards[number];
      return [[card.approvalId, card] as const];
    }),
  ).values(),
];

export const firstOf = (cards: Cards): string => cards[0]?.approvalId ?? '';

export const decide = (talk: Talk, access: Access, approvalId: string, approve = true) =>
  talk.stub.decide({
    access,
    requestId: crypto.randomUUID(),
    runId: crypto.randomUUID(),
    approvalId,
    approve,
    digest: 'a'.repeat(64),
  });

/** Decides, lets the provider answer, and reads the following run to its end. */
export async function decideAndRead(
  world: World,
  talk: Talk,
  access: Access,
  options: { readonly approvalId: string; readonly approve?: boolean; readonly answer?: string },
) {
  const decided = await decide(talk, access, options.approvalId, options.approve ?? true);
  if (!decided.ok) throw new Error(`not decided: ${decided.code}`);
  const reader = readerOf(await rejoin(talk, access, decided.runId));
  const [asked] = await answerAll(world, [options.answer ?? 'Done.']);
  return { text: await reader.rest(), asked, runId: decided.runId };
}

/** The same decision as an AG-UI client sends it. */
export function resumeCall(talk: Talk, access: Access, decisions: RunRequest['decisions']) {
  const call = callOf(talk, access);
  return { ...call, run: { ...call.run, message: null, decisions } };
}

export const queryAs = (access: Access, query: SQL) => openTenant(postgresDepsOf(env), access).reader.query(query);

export async function countParts(access: Access, name: string): Promise<number> {
  const [row] = await queryAs(access, sql`select count(*)::int as n from plm.items where name = ${name}`);
  return Number(row?.['n']);
}

export async function findDraftPart(access: Access, skip = 0): Promise<{ id: string; name: string }> {
  const [row] = await queryAs(
    access,
    sql`select i.id, i.name from plm.items i join plm.designs d on d.id = i.design_id
        where d.code = ${OPEN_DESIGN} and i.state = 'Draft' and i.item_type = 'Part' and i.is_current
        order by i.item_number limit 1 offset ${skip}`,
  );
  if (!row) throw new Error('no such part');
  return { id: String(row['id']), name: String(row['name']) };
}

export async function shownMessages(talk: Talk, access: Access) {
  const page = await talk.stub.messages({ access, limit: 200, before: null });
  if (!page.ok) throw new Error(page.code);
  return page;
}

/** What the provider's API would refuse in a request. */
export const faultsOf = ({ body }: ProviderCall): string[] => anthropicFaults(body);
