// Groundwire, called through its API as signed-in users of the demo orgs.
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { ServerProcess } from '../harness/server-process.ts';
import { OPENER, type Peer, TURNS_A_CONVERSATION } from './peer.ts';
import { createStreamClient, type StreamRequest } from './stream-client.ts';
import { type StreamSpec, writeSpec } from './stream-spec.ts';

export type Groundwire = {
  /** Starts a conversation for each question. */
  fresh(connections: number): Peer;
  /** Asks in an existing conversation. */
  open(): Peer;
  /** Deletes all conversations, because a user's list is limited and drops the oldest. */
  clear(): Promise<void>;
};

const Listed = z.object({ sessions: z.array(z.object({ id: z.string() })) });

export function groundwire({ url, people = [] }: ServerProcess): Groundwire {
  let calls = 0;
  /** A new address for each call: the rate limit per address stays on, and real users have different addresses. */
  const headersOf = (person: string) => {
    calls += 1;
    return { Authorization: person, 'CF-Connecting-IP': addressOf(calls) };
  };
  const nextPerson = (): string => people[calls % people.length] ?? '';
  const askIn = (threadId: string, spec: StreamSpec, person: string): StreamRequest => {
    const runId = randomUUID();
    const message = { id: `m-${runId}`, role: 'user', content: writeSpec(spec) };
    return {
      url: `${url}/api/v1/ai/chat`,
      headers: headersOf(person),
      body: { threadId, runId, messages: [message], tools: [], context: [], state: {}, forwardedProps: {} },
      contentMark: '"TEXT_MESSAGE_CONTENT"',
    };
  };
  const call = async (method: string, path: string, person: string): Promise<Response> => {
    const response = await fetch(`${url}/api/v1/ai${path}`, { method, headers: headersOf(person) });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
    return response;
  };

  return {
    fresh(connections) {
      const client = createStreamClient(connections);
      return {
        name: 'Groundwire, fresh conversation',
        ask: (spec) => client.ask(askIn(randomUUID(), spec, nextPerson())),
        close: client.close,
      };
    },
    open() {
      const client = createStreamClient(1);
      let conversation = { id: '', person: '', turns: TURNS_A_CONVERSATION };
      return {
        name: 'Groundwire, open conversation',
        prepare: async function openAnother() {
          if (conversation.turns < TURNS_A_CONVERSATION) return;
          conversation = { id: randomUUID(), person: nextPerson(), turns: 1 };
          await client.ask(askIn(conversation.id, OPENER, conversation.person));
        },
        ask: (spec) => {
          conversation.turns += 1;
          return client.ask(askIn(conversation.id, spec, conversation.person));
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
