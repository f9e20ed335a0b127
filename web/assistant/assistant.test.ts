import { describe, expect, it } from 'vitest';
import type { ChatContext } from '../chat/chat-context.ts';
import { createConversation } from '../chat/create-conversation.ts';
import { createAssistant, type KeptAssistant, shownContext } from './assistant.ts';

function world(kept: KeptAssistant | null = null) {
  const time = { now: 0 };
  const remembered: KeptAssistant[] = [];
  let next = 0;
  const assistant = createAssistant({
    create: createConversation,
    newId: () => `new-${++next}`,
    now: () => time.now,
    kept,
    keep: (value) => remembered.push(value),
  });
  return { assistant, time, remembered };
}

const GEARBOX: ChatContext = { programId: 'p', designId: 'd', label: 'Design GBX-2', path: '/x', draft: '' };
const HOUSING: ChatContext = { ...GEARBOX, label: 'Part PN-000059', draft: 'About PN-000059: ' };

describe('the panel', () => {
  it('is closed with a new conversation, and as it was after a reload', () => {
    expect(world().assistant.get()).toMatchObject({ isPanelOpen: false, main: { id: 'new-1' } });
    const { assistant } = world({ isPanelOpen: true, sessionId: 's1' });
    expect(assistant.get().isPanelOpen).toBe(true);
    expect(assistant.get().main.id).toBe('s1');
    expect(assistant.get().main.store.get().exists).toBe(true);
  });

  it('remembers a conversation only once it exists', () => {
    const { assistant, remembered } = world();
    assistant.openPanel();
    expect(remembered.at(-1)).toEqual({ isPanelOpen: true, sessionId: null });
    assistant.get().main.store.set({ exists: true });
    assistant.remember();
    expect(remembered.at(-1)).toEqual({ isPanelOpen: true, sessionId: 'new-1' });
  });

  it('shows a conversation again as it was, and closes the history over it', () => {
    const { assistant } = world();
    assistant.toggleHistory();
    assistant.show('s1');
    const first = assistant.get().main;
    expect(assistant.get().isHistoryOpen).toBe(false);
    assistant.show('s2');
    assistant.show('s1');
    expect(assistant.get().main).toBe(first);
  });

  it('holds on to a few conversations, not to all', () => {
    const { assistant } = world();
    assistant.show('s0');
    const first = assistant.get().main;
    for (let at = 1; at <= 8; at++) assistant.show(`s${at}`);
    assistant.show('s0');
    expect(assistant.get().main).not.toBe(first);
  });

  it('begins a new conversation, unless the one that is open is new', () => {
    const { assistant } = world();
    const first = assistant.get().main;
    assistant.begin();
    expect(assistant.get().main).toBe(first);
    first.store.set({ exists: true });
    assistant.begin();
    expect(assistant.get().main).not.toBe(first);
  });
});

describe('Quick Ask', () => {
  it('U34: hands its conversation over as it is, and has a new one for the next question', () => {
    const { assistant } = world();
    assistant.openQuick();
    const asked = assistant.get().quick;
    asked.store.set({ exists: true, live: true });
    assistant.handOver();
    expect(assistant.get().main).toBe(asked);
    expect(assistant.get()).toMatchObject({ isPanelOpen: true, isQuickOpen: false });
    expect(assistant.get().quick).not.toBe(asked);
  });

  it('keeps an answer for whoever comes back soon, and while it goes on', () => {
    const { assistant, time } = world();
    assistant.openQuick();
    const asked = assistant.get().quick;
    asked.store.set({ exists: true, live: true });
    assistant.closeQuick();
    time.now = 200_000;
    assistant.openQuick();
    expect(assistant.get().quick).toBe(asked);
    asked.store.set({ live: false });
    assistant.closeQuick();
    time.now = 260_000;
    assistant.openQuick();
    expect(assistant.get().quick).toBe(asked);
    assistant.closeQuick();
    time.now = 400_000;
    assistant.openQuick();
    expect(assistant.get().quick).not.toBe(asked);
  });
});

describe('what is in view', () => {
  it('goes along until it is taken off, and comes back with another page', () => {
    const { assistant } = world();
    assistant.setInView(GEARBOX);
    expect(shownContext(assistant.get())).toBe(GEARBOX);
    assistant.removeContext();
    expect(shownContext(assistant.get())).toBeNull();
    assistant.setInView(null);
    assistant.setInView(GEARBOX);
    expect(shownContext(assistant.get())).toBeNull();
    assistant.setInView(HOUSING);
    assistant.setInView(GEARBOX);
    expect(shownContext(assistant.get())).toBe(GEARBOX);
  });

  it('is asked about on request, with the words to begin with', () => {
    const { assistant } = world();
    assistant.setInView(HOUSING);
    assistant.removeContext();
    assistant.askAbout(HOUSING);
    expect(shownContext(assistant.get())).toBe(HOUSING);
    expect(assistant.get().isPanelOpen).toBe(true);
    expect(assistant.get().main.store.get().opening).toBe('About PN-000059: ');
  });
});
