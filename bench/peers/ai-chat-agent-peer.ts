// AIChatAgent, called over its WebSocket as its own client does. Connecting is timed only if every question needs a new
// connection.
import { randomUUID } from 'node:crypto';
import type { ServerProcess } from '../harness/server-process.ts';
import { OPENER, type Peer, TURNS_A_CONVERSATION } from './peer.ts';
import type { StreamTiming } from './stream-client.ts';
import { readStamps, type StreamSpec, sharedNow, writeSpec } from './stream-spec.ts';

/** Marks a frame with words of the answer. A frame carries JSON as text, so its quotes are escaped. */
const CONTENT_MARK = '\\"text-delta\\"';

/** Starts a conversation for each question; connecting counts as part of the answer's time. */
export function freshAgent({ url }: ServerProcess): Peer {
  return {
    name: 'AIChatAgent, fresh conversation',
    ask: async (spec) => {
      const startedAt = performance.now();
      const socket = await connect(url);
      const connectedMs = performance.now() - startedAt;
      const timing = await askOver(socket, spec);
      socket.close();
      return { ...timing, firstMs: timing.firstMs + connectedMs, totalMs: timing.totalMs + connectedMs };
    },
    close: () => {},
  };
}

export function openAgent({ url }: ServerProcess): Peer {
  let socket: WebSocket | null = null;
  let turns = 0;
  return {
    name: 'AIChatAgent, open conversation',
    prepare: async function openAnother() {
      if (socket && turns < TURNS_A_CONVERSATION) return;
      socket?.close();
      socket = await connect(url);
      turns = 1;
      await askOver(socket, OPENER);
    },
    ask: (spec) => {
      if (!socket) throw new Error('not connected');
      turns += 1;
      return askOver(socket, spec);
    },
    close: () => socket?.close(),
  };
}

/** Resolves when the agent has sent its identity; its own client waits for that too. */
function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/agents/chat/${randomUUID()}`);
  return new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('no connection to AIChatAgent')));
    socket.addEventListener('message', ({ data }) => {
      if (String(data).includes('cf_agent_identity')) resolve(socket);
    });
  });
}

function askOver(socket: WebSocket, spec: StreamSpec): Promise<StreamTiming> {
  const id = randomUUID();
  const message = { id: `m-${id}`, role: 'user', parts: [{ type: 'text', text: writeSpec(spec) }] };
  const init = { method: 'POST', body: JSON.stringify({ messages: [message] }) };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const lagsMs: number[] = [];
    let firstMs: number | null = null;
    const listening = new AbortController();
    const onMessage = ({ data }: { data: unknown }): void => {
      const text = String(data);
      if (!text.includes(id)) return;
      if (text.includes(CONTENT_MARK)) {
        firstMs ??= performance.now() - startedAt;
        const at = sharedNow();
        for (const createdAt of readStamps(text)) lagsMs.push(at - createdAt);
      }
      if (!text.includes('"done":true')) return;
      listening.abort();
      const totalMs = performance.now() - startedAt;
      if (firstMs === null) reject(new Error(`AIChatAgent gave no answer: ${text}`));
      else resolve({ firstMs, totalMs, contentFrames: lagsMs.length, lagsMs });
    };
    socket.addEventListener('message', onMessage, { signal: listening.signal });
    socket.addEventListener('close', () => reject(new Error('AIChatAgent closed the connection')), {
      signal: listening.signal,
    });
    socket.send(JSON.stringify({ type: 'cf_agent_use_chat_request', id, init }));
  });
}
