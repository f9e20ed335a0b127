// The interface of a peer, and the pass-through peer. Each peer has its own connections.

import type { ServerProcess } from '../harness/server-process.ts';
import { createStreamClient, type StreamTiming } from './stream-client.ts';
import { type StreamSpec, writeSpec } from './stream-spec.ts';

export type Peer = {
  readonly name: string;
  /** Set-up before a question; not timed. */
  prepare?(): Promise<void>;
  ask(spec: StreamSpec): Promise<StreamTiming>;
  close(): void;
};

/** A new conversation starts after this many turns, so that its history has a realistic length. */
export const TURNS_A_CONVERSATION = 10;

/** The first message of an open conversation. */
export const OPENER: StreamSpec = { delayMs: 0, events: 20, everyMs: 0 };

export function passThrough({ url }: ServerProcess, { connections, name = 'pass-through' }: PassThroughOptions): Peer {
  const client = createStreamClient(connections);
  return {
    name,
    ask: (spec) =>
      client.ask({
        url,
        headers: { 'X-Api-Key': 'bench', 'Anthropic-Version': '2023-06-01' },
        body: {
          model: 'bench',
          max_tokens: 8192,
          stream: true,
          messages: [{ role: 'user', content: writeSpec(spec) }],
        },
        contentMark: '"content_block_delta"',
      }),
    close: client.close,
  };
}

type PassThroughOptions = { readonly connections: number; readonly name?: string };
