// Groundwire, asked over its API as signed-in people of the demo orgs.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Ask, createClient } from './client.ts';
import { type Order, writeOrder } from './order.ts';
import type { Party } from './party.ts';
import { OPENER, type Peer, TURNS_A_CONVERSATION } from './peers.ts';

export type Groundwire = {
  /** Every question begins a conversation. */
  fresh(connections: number): Peer;
  /** Asks in a conversation that has begun. */
  open(): Peer;
  /** Deletes all conversations, so that none of the next scenario's falls out of its owner's list. */
  clear(): Promise<void>;
};

const Listed = z.object({ sessions: z.array(z.object({ id: z.string() })) });

export function groundwire({ url, people = [] }: Party): Groundwire {
  let calls = 0;
  /** The shield per address stays on; a real audience has more than one address. */
  const headersOf = (person: string) => {
    calls += 1;
    return { Authorization: person, 'CF-Connecting-IP': addressOf(calls) };
  };
  const somebody = (): string => people[calls % people.length] ?? '';
  const askIn = (threadId: string, order: Order, person: string): Ask => {
    const runId = randomUUID();
    const message = { id: `m-${runId}`, role: 'user', content: writeOrder(order) };
    return {
      url: `${url}/api/v1/ai/chat`,
      headers: headersOf(person),
      body: { threadId, runId, messages: [message], tools: [], context: [], state: {}, forwardedProps: {} },
      contentMark: '"TEXT_MESSAGE_CONTENT"',
    };
  };
  const call = async (method: string, path: string, person: string): Promise<Response> => {
    const reply = await fetch(`${url}/api/v1/ai${path}`, { method, headers: headersOf(person) });
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}`);
    return reply;
  };

  return {
    fresh(connections) {
      const client = createClient(connections);
      return {
        name: 'Groundwire, fresh conversation',
        ask: (order) => client.ask(askIn(randomUUID(), order, somebody())),
        close: client.close,
      };
    },
    open() {
      const client = createClient(1);
      let conversation = { id: '', person: '', turns: TURNS_A_CONVERSATION };
      return {
        name: 'Groundwire, open conversation',
        prepare: async function openAnother() {
          if (conversation.turns < TURNS_A_CONVERSATION) return;
          conversation = { id: randomUUID(), person: somebody(), turns: 1 };
          await client.ask(askIn(conversation.id, OPENER, conversation.person));
        },
        ask: (order) => {
          conversation.turns += 1;
          return client.ask(askIn(conversation.id, order, conversation.person));
        },
        close: client.close,
      };
    },
    clear: async function clearConversations() {
      for (const person of people) {
        const { sessions } = Listed.parse(await (await call('GET', '/sessions?limit=100', person)).json());
        for (const { id } of sessions) await call('DELETE', `/sessions/${id}`, person);
      }
    },
  };
}

const addressOf = (number: number): string => `10.${(number >> 14) & 127}.${(number >> 7) & 127}.${number & 127}`;
