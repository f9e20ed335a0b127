// What the peers have in common, and the pass-through. Each asks over connections of its own.
import { createClient, type Heard } from './client.ts';
import { type Order, writeOrder } from './order.ts';
import type { Party } from './party.ts';

export type Peer = {
  readonly name: string;
  /** Whatever must be there before a question and is not timed. */
  prepare?(): Promise<void>;
  ask(order: Order): Promise<Heard>;
  close(): void;
};

/** An open conversation is left for a new one after this many turns, so that its history stays that of a usual one. */
export const TURNS_A_CONVERSATION = 10;

/** Opens a conversation. */
export const OPENER: Order = { delayMs: 0, events: 20, everyMs: 0 };

export function passThrough({ url }: Party, { connections, name = 'pass-through' }: PassThroughOptions): Peer {
  const client = createClient(connections);
  return {
    name,
    ask: (order) =>
      client.ask({
        url,
        headers: { 'X-Api-Key': 'bench', 'Anthropic-Version': '2023-06-01' },
        body: {
          model: 'bench',
          max_tokens: 8192,
          stream: true,
          messages: [{ role: 'user', content: writeOrder(order) }],
        },
        contentMark: '"content_block_delta"',
      }),
    close: client.close,
  };
}

type PassThroughOptions = { readonly connections: number; readonly name?: string };
