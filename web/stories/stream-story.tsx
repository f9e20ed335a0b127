// Streams an answer of 20,000 tokens through the real client from a server faked in the page, to measure what streaming
// costs the browser. It starts with the first message.
import { useState } from 'react';
import { ConversationContext } from '../chat/conversation.tsx';
import { ConversationBody } from '../chat/conversation-body.tsx';
import { ConversationDriver } from '../chat/runtime/conversation-driver.tsx';
import { createConversation } from '../chat/runtime/create-conversation.ts';
import { ME, RICH_ANSWER } from './story-data.ts';
import { StoryFrame } from './story-frame.tsx';

const TOKENS = 20_000;
/** Ten times the speed of the fastest models. */
const TOKENS_PER_TICK = 20;
const TICK_MS = 10;

const encoder = new TextEncoder();
const frame = (event: object): Uint8Array => encoder.encode(`data: ${JSON.stringify(event)}\n\n`);

/** The rich answer repeated, four characters (about one token) at a time. */
function* tokens(): Generator<string> {
  for (let given = 0, at = 0; given < TOKENS; given++, at += 4) {
    const from = at % RICH_ANSWER.length;
    const piece = RICH_ANSWER.slice(from, from + 4);
    yield from + 4 >= RICH_ANSWER.length ? `${piece}\n\n` : piece;
  }
}

function streamAnswer(): Response {
  const ids = { threadId: 'stream', runId: 'run-1' };
  const source = tokens();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(frame({ type: 'RUN_STARTED', ...ids }));
      controller.enqueue(frame({ type: 'TEXT_MESSAGE_START', messageId: 'a1', role: 'assistant' }));
      const timer = setInterval(() => {
        for (let at = 0; at < TOKENS_PER_TICK; at++) {
          const { value, done } = source.next();
          if (!done) {
            controller.enqueue(frame({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'a1', delta: value }));
            continue;
          }
          clearInterval(timer);
          controller.enqueue(frame({ type: 'TEXT_MESSAGE_END', messageId: 'a1' }));
          controller.enqueue(frame({ type: 'RUN_FINISHED', ...ids, outcome: { type: 'success' } }));
          controller.close();
          return;
        }
      }, TICK_MS);
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

function pretendServer(): void {
  const real = window.fetch.bind(window);
  window.fetch = (input, init) => {
    if (init?.method === 'POST' && String(input).endsWith('/ai/chat')) return Promise.resolve(streamAnswer());
    return String(input).startsWith('/api/') ? Promise.reject(new TypeError('no server')) : real(input, init);
  };
}

export function StreamStory() {
  const [conversation] = useState(() => {
    pretendServer();
    return createConversation('stream', { isNew: true });
  });
  return (
    <StoryFrame>
      <main className="flex h-dvh flex-col bg-surface">
        <h1 className="sr-only">Stream</h1>
        <ConversationContext value={conversation}>
          <ConversationDriver conversation={conversation} />
          <ConversationBody
            me={ME}
            place="page"
            about={null}
            onRemoveContext={() => undefined}
            empty={null}
            onNew={() => undefined}
          />
        </ConversationContext>
      </main>
    </StoryFrame>
  );
}
