// One streaming request as a client feels it: when the first words are there, when the stream has ended.
// Nothing is parsed while it streams; whether all of it came is counted afterwards.
import { Agent, type ClientRequest, request } from 'node:http';
import { readStamps, sharedNow } from './order.ts';

export type Ask = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What a frame with words of the answer holds on this wire. */
  readonly contentMark: string;
};

export type Heard = {
  readonly firstMs: number;
  readonly totalMs: number;
  /** Frames with words of the answer. */
  readonly contents: number;
  /** From the making of each event to its arrival, in milliseconds. */
  readonly lagsMs: readonly number[];
};

export type Client = { ask(ask: Ask): Promise<Heard>; close(): void };

/** Keeps its connections, as a browser does. */
export function createClient(maxSockets: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return {
    ask: (asked) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify(asked.body);
        const headers = {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          ...asked.headers,
        };
        const startedAt = performance.now();
        const sent = request(asked.url, { method: 'POST', agent, headers });
        sent.once('error', reject);
        hear(sent, asked, startedAt).then(resolve, reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function hear(sent: ClientRequest, { url, contentMark }: Ask, startedAt: number): Promise<Heard> {
  return new Promise((resolve, reject) => {
    sent.once('response', (response) => {
      const pieces: { readonly text: string; readonly at: number }[] = [];
      let firstMs: number | null = null;
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (firstMs === null && text.includes(contentMark)) firstMs = performance.now() - startedAt;
        pieces.push({ text, at: sharedNow() });
      });
      response.once('error', reject);
      response.once('end', () => {
        const totalMs = performance.now() - startedAt;
        if (response.statusCode !== 200 || firstMs === null) {
          reject(new Error(`${url} answered ${response.statusCode}: ${pieces.map(({ text }) => text).join('')}`));
          return;
        }
        const whole = pieces.map(({ text }) => text).join('');
        const lagsMs = pieces.flatMap(({ text, at }) => readStamps(text).map((madeAt) => at - madeAt));
        resolve({ firstMs, totalMs, contents: whole.split(contentMark).length - 1, lagsMs });
      });
    });
  });
}
