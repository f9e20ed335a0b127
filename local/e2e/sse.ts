// Reads the server-sent events of a reply one at a time, as they arrive.
import { EventSourceParserStream } from 'eventsource-parser/stream';

export type Sent = {
  readonly id: string | undefined;
  readonly event: Record<string, unknown> & { readonly type: string };
};

export async function* readEvents(response: Response): AsyncGenerator<Sent> {
  if (!response.ok || !response.body) throw new Error(`no stream: ${response.status} ${await response.text()}`);
  const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const message of messages) yield { id: message.id, event: JSON.parse(message.data) };
}

export async function collectEvents(response: Response): Promise<Sent[]> {
  const all: Sent[] = [];
  for await (const sent of readEvents(response)) all.push(sent);
  return all;
}

/** The answer text of these events. */
export const textOf = (events: readonly Sent[]): string =>
  events.map(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? String(event['delta']) : '')).join('');
