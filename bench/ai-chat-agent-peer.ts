// AIChatAgent, asked over its WebSocket as its own client does. Connecting is timed only where every question needs it.
import { randomUUID } from 'node:crypto';
import type { Heard } from './client.ts';
import { type Order, readStamps, sharedNow, writeOrder } from './order.ts';
import type { Party } from './party.ts';
import { OPENER, type Peer, TURNS_A_CONVERSATION } from './peers.ts';

/** In the JSON that a frame carries as text. */
const CONTENT_MARK = '\\"text-delta\\"';

/** Each question begins a conversation; connecting to it is part of the answer's time. */
export function freshAgent({ url }: Party): Peer {
  return {
    name: 'AIChatAgent, fresh conversation',
    ask: async (order) => {
      const startedAt = performance.now();
      const socket = await connect(url);
      const connectedMs = performance.now() - startedAt;
      const heard = await askOver(socket, order);
      socket.close();
      return { ...heard, firstMs: heard.firstMs + connectedMs, totalMs: heard.totalMs + connectedMs };
    },
    close: () => {},
  };
}

export function openAgent({ url }: Party): Peer {
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
    ask: (order) => {
      if (!socket) throw new Error('not connected');
      turns += 1;
      return askOver(socket, order);
    },
    close: () => socket?.close(),
  };
}

/** Resolves once the agent has introduced itself, which is when its own client takes it for ready. */
function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/agents/chat/${randomUUID()}`);
  return new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('no connection to AIChatAgent')));
    socket.addEventListener('message', ({ data }) => {
      if (String(data).includes('cf_agent_identity')) resolve(socket);
    });
  });
}

function askOver(socket: WebSocket, order: Order): Promise<Heard> {
  const id = randomUUID();
  const message = { id: `m-${id}`, role: 'user', parts: [{ type: 'text', text: writeOrder(order) }] };
  const init = { method: 'POST', body: JSON.stringify({ messages: [message] }) };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const lagsMs: number[] = [];
    let firstMs: number | null = null;
    const over = new AbortController();
    const hear = ({ data }: { data: unknown }): void => {
      const text = String(data);
      if (!text.includes(id)) return;
      if (text.includes(CONTENT_MARK)) {
        firstMs ??= performance.now() - startedAt;
        const at = sharedNow();
        for (const madeAt of readStamps(text)) lagsMs.push(at - madeAt);
      }
      if (!text.includes('"done":true')) return;
      over.abort();
      const totalMs = performance.now() - startedAt;
      if (firstMs === null) reject(new Error(`AIChatAgent gave no answer: ${text}`));
      else resolve({ firstMs, totalMs, contents: lagsMs.length, lagsMs });
    };
    socket.addEventListener('message', hear, { signal: over.signal });
    socket.addEventListener('close', () => reject(new Error('AIChatAgent let go of the connection')), {
      signal: over.signal,
    });
    socket.send(JSON.stringify({ type: 'cf_agent_use_chat_request', id, init }));
  });
}
