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

/** A client that takes one message at a time, as the real one does. */
function bind(): void {
  conversation.bind({
    send: (text) => {
      sent.push(text);
      change({ read: { sending: true } });
    },
    abort: () => undefined,
    loadOlder: () => Promise.resolve(),
  });
}

function change({
  read,
  ...state
}: Partial<Omit<ConversationState, 'read'>> & { read?: Partial<ConversationState['read']> }) {
  conversation.store.set({ ...state, read: { ...conversation.store.get().read, ...read } });
}

const settle = () => vi.advanceTimersByTime(200);
const shownAsLeaving = () => conversation.store.get().outgoing.map(({ text }) => text);

describe('a message that cannot be sent yet', () => {
  it('waits for its client', () => {
    open({ isNew: true });
    conversation.send('first');
    settle();
    expect([sent, shownAsLeaving()]).toEqual([[], ['first']]);
    bind();
    settle();
    expect([sent, shownAsLeaving()]).toEqual([['first'], []]);
  });

  it('waits until the transcript is read, so that nothing said before is missing above it', () => {
    open({ isNew: false });
    bind();
    conversation.send('early');
    settle();
    expect(sent).toEqual([]);
    change({ read: { reading: false } });
    settle();
    expect(sent).toEqual(['early']);
  });

  it('keeps its place behind the one before it', () => {
    open({ isNew: false });
    bind();
    conversation.send('one');
    conversation.send('two');
    change({ read: { reading: false } });
    settle();
    expect([sent, shownAsLeaving()]).toEqual([['one'], ['two']]);
    change({ read: { sending: false }, live: true });
    settle();
    expect(sent).toEqual(['one']);
    change({ live: false });
    settle();
    expect([sent, shownAsLeaving()]).toEqual([['one', 'two'], []]);
  });

  it('follows an answer that has ended, as soon as its stream has', () => {
    open({ isNew: true });
    bind();
    change({ live: true, runId: 'r1', read: { ended: 'r1' } });
    conversation.send('next');
    settle();
    expect([sent, shownAsLeaving()]).toEqual([[], ['next']]);
    change({ live: false });
    settle();
    expect(sent).toEqual(['next']);
  });
});

describe('a message while somebody else is answered', () => {
  it('goes to the server to wait there', async () => {
    const posted = vi.fn<typeof fetch>().mockResolvedValue(new Response(''));
    vi.stubGlobal('fetch', posted);
    open({ isNew: true });
    bind();
    const standing = { active: { runId: 'r1', author: VIC }, queue: [], last: null, version: 1 };
    change({ live: true, runId: 'r1', standing, log: { run: { id: 'r1', ...ANSWER }, answers: {}, unanswered: null } });
    conversation.send('mine');
    await vi.advanceTimersByTimeAsync(200);
    expect(sent).toEqual([]);
    expect(posted).toHaveBeenCalledOnce();
    expect(conversation.store.get().standing?.queue.map(({ author }) => author)).toEqual([ADA]);
    vi.unstubAllGlobals();
  });
});
