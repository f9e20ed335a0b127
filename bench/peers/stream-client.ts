// Times a streaming request as a client sees it: until the first words and until the end of the stream. Parses nothing
// while the stream runs; frames are counted afterwards.
import { Agent, type ClientRequest, request } from 'node:http';
import { readStamps, sharedNow } from './stream-spec.ts';

export type StreamRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Text that marks a frame with words of the answer on this wire. */
  readonly contentMark: string;
};

export type StreamTiming = {
  readonly firstMs: number;
  readonly totalMs: number;
  /** Frames with words of the answer. */
  readonly contentFrames: number;
  /** From the creation of each event to its arrival, in milliseconds. */
  readonly lagsMs: readonly number[];
};

export type StreamClient = { ask(streamRequest: StreamRequest): Promise<StreamTiming>; close(): void };

/** Keeps its connections alive, as a browser does. */
export function createStreamClient(maxSockets: number): StreamClient {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return {
    ask: (streamRequest) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify(streamRequest.body);
        const headers = {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          ...streamRequest.headers,
        };
        const startedAt = performance.now();
        const sent = request(streamRequest.url, { method: 'POST', agent, headers });
        sent.once('error', reject);
        timeResponse(sent, streamRequest, startedAt).then(resolve, reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function timeResponse(
  sent: ClientRequest,
  { url, contentMark }: StreamRequest,
  startedAt: number,
): Promise<StreamTiming> {
  return new Promise((resolve, reject) => {
    sent.once('response', (response) => {
      const chunks: { readonly text: string; readonly at: number }[] = [];
      let firstMs: number | null = null;
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (firstMs === null && text.includes(contentMark)) firstMs = performance.now() - startedAt;
        chunks.push({ text, at: sharedNow() });
      });
      response.once('error', reject);
      response.once('end', () => {
        const totalMs = performance.now() - startedAt;
        if (response.statusCode !== 200 || firstMs === null) {
          reject(new Error(`${url} answered ${response.statusCode}: ${chunks.map(({ text }) => text).join('')}`));
          return;
        }
        const body = chunks.map(({ text }) => text).join('');
        const lagsMs = chunks.flatMap(({ text, at }) => readStamps(text).map((createdAt) => at - createdAt));
        resolve({ firstMs, totalMs, contentFrames: body.split(contentMark).length - 1, lagsMs });
      });
    });
  });
}
