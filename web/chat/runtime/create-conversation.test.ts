import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConversationState } from './conversation-store.ts';
import { type Conversation, createConversation } from './create-conversation.ts';

const ADA = { id: 'ada', name: 'Ada' };
const VIC = { id: 'vic', name: 'Vic' };
const ANSWER = { messageId: null, requestId: null, costMicros: null, model: null, running: null };

let sent: string[];
let conversation: Conversation;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
});

afterEach(() => vi.useRealTimers());

function open(options: { isNew: boolean }): void {
  conversation = createConversation('s1', options);
  conversation.store.set({ me: ADA });
}

/** A client that takes one message at a time, like the real one. */
function bind(): void {
  conversation.bind({
    send: (text) => {
      sent.push(text);
      change({ sync: { sending: true } });
    },
    abort: () => undefined,
    loadOlder: () => Promise.resolve(),
  });
}

function change({
  sync,
  ...state
}: Partial<Omit<ConversationState, 'sync'>> & { sync?: Partial<ConversationState['sync']> }) {
  conversation.store.set({ ...state, sync: { ...conversation.store.get().sync, ...sync } });
}

const settle = () => vi.advanceTimersByTime(200);
const outgoingTexts = () => conversation.store.get().outgoing.map(({ text }) => text);

describe('send without a free client', () => {
  it('holds the message until a client is bound', () => {
    open({ isNew: true });
    conversation.send('first');
    settle();
    expect([sent, outgoingTexts()]).toEqual([[], ['first']]);
    bind();
    settle();
    expect([sent, outgoingTexts()]).toEqual([['first'], []]);
  });

  it('holds the message until the transcript is loaded', () => {
    open({ isNew: false });
    bind();
    conversation.send('early');
    settle();
    expect(sent).toEqual([]);
    change({ sync: { reading: false } });
    settle();
    expect(sent).toEqual(['early']);
  });

  it('sends held messages one at a time and in order', () => {
    open({ isNew: false });
    bind();
    conversation.send('one');
    conversation.send('two');
    change({ sync: { reading: false } });
    settle();
    expect([sent, outgoingTexts()]).toEqual([['one'], ['two']]);
    change({ sync: { sending: false }, live: true });
    settle();
    expect(sent).toEqual(['one']);
    change({ live: false });
    settle();
    expect([sent, outgoingTexts()]).toEqual([['one', 'two'], []]);
  });

  it('sends the next message once the stream of a finished answer closes', () => {
    open({ isNew: true });
    bind();
    change({ live: true, runId: 'r1', sync: { ended: 'r1' } });
    conversation.send('next');
    settle();
    expect([sent, outgoingTexts()]).toEqual([[], ['next']]);
    change({ live: false });
    settle();
    expect(sent).toEqual(['next']);
  });
});

describe('send while someone else’s question is answered', () => {
  it('queues the message on the server', async () => {
    const posted = vi.fn<typeof fetch>().mockResolvedValue(new Response(''));
    vi.stubGlobal('fetch', posted);
    open({ isNew: true });
    bind();
    const status = { active: { runId: 'r1', author: VIC }, queue: [], last: null, version: 1 };
    change({
      live: true,
      runId: 'r1',
      status,
      log: { activeRun: { id: 'r1', ...ANSWER }, byMessage: {}, failedRun: null },
    });
    conversation.send('mine');
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toEqual([]);
    expect(posted).toHaveBeenCalledOnce();
    expect(conversation.store.get().status?.queue.map(({ author }) => author)).toEqual([ADA]);
    vi.unstubAllGlobals();
  });
});

describe('reconnect', () => {
  it('keeps the client that is sending a message, and has the transcript loaded after the answer', () => {
    open({ isNew: true });
    bind();
    conversation.send('mine');
    conversation.reconnect();
    settle();
    expect(conversation.store.get()).toMatchObject({ client: 0, sync: { reading: false, missed: true } });
    change({ sync: { sending: false } });
    conversation.reconnect();
    expect(conversation.store.get()).toMatchObject({ client: 1, sync: { reading: true } });
  });
});
