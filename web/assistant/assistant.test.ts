import { describe, expect, it } from 'vitest';
import type { ChatContext } from '../chat/runtime/chat-context.ts';
import { createConversation } from '../chat/runtime/create-conversation.ts';
import { createAssistant, type StoredAssistant, shownContext } from './assistant.ts';

function world(stored: StoredAssistant | null = null) {
  const time = { now: 0 };
  const remembered: StoredAssistant[] = [];
  let next = 0;
  const assistant = createAssistant({
    create: createConversation,
    newId: () => `new-${++next}`,
    now: () => time.now,
    stored,
    store: (value) => remembered.push(value),
  });
  return { assistant, time, remembered };
}

const GEARBOX: ChatContext = { programId: 'p', designId: 'd', label: 'Design GBX-2', path: '/x', draft: '' };
const HOUSING: ChatContext = { ...GEARBOX, label: 'Part PN-000059', draft: 'About PN-000059: ' };

describe('the panel', () => {
  it('is closed at first and restored after a reload', () => {
    expect(world().assistant.get()).toMatchObject({ isPanelOpen: false, main: { id: 'new-1' } });
    const { assistant } = world({ isPanelOpen: true, sessionId: 's1' });
    expect(assistant.get().isPanelOpen).toBe(true);
    expect(assistant.get().main.id).toBe('s1');
    expect(assistant.get().main.store.get().exists).toBe(true);
  });

  it('stores a conversation only once it exists', () => {
    const { assistant, remembered } = world();
    assistant.openPanel();
    expect(remembered.at(-1)).toEqual({ isPanelOpen: true, sessionId: null });
    assistant.get().main.store.set({ exists: true });
    assistant.remember();
    expect(remembered.at(-1)).toEqual({ isPanelOpen: true, sessionId: 'new-1' });
  });

  it('reuses a known conversation and closes the history', () => {
    const { assistant } = world();
    assistant.toggleHistory();
    assistant.show('s1');
    const first = assistant.get().main;
    expect(assistant.get().isHistoryOpen).toBe(false);
    assistant.show('s2');
    assistant.show('s1');
    expect(assistant.get().main).toBe(first);
  });

  it('keeps only the last few conversations in memory', () => {
    const { assistant } = world();
    assistant.show('s0');
    const first = assistant.get().main;
    for (let at = 1; at <= 8; at++) assistant.show(`s${at}`);
    assistant.show('s0');
    expect(assistant.get().main).not.toBe(first);
  });

  it('starts a new conversation unless the open one is empty', () => {
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
  it('hands its conversation over to the panel and gets a new one (U34)', () => {
    const { assistant } = world();
    assistant.openQuick();
    const asked = assistant.get().quick;
    asked.store.set({ exists: true, live: true });
    assistant.handOver();
    expect(assistant.get().main).toBe(asked);
    expect(assistant.get()).toMatchObject({ isPanelOpen: true, isQuickOpen: false });
    expect(assistant.get().quick).not.toBe(asked);
  });

  it('keeps its conversation while it streams and for a while after closing', () => {
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

describe('the context', () => {
  it('stays removed until the page shows something else', () => {
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

  it('is restored by askAbout, which also prefills the composer', () => {
    const { assistant } = world();
    assistant.setInView(HOUSING);
    assistant.removeContext();
    assistant.askAbout(HOUSING);
    expect(shownContext(assistant.get())).toBe(HOUSING);
    expect(assistant.get().isPanelOpen).toBe(true);
    expect(assistant.get().main.store.get().prefill).toBe('About PN-000059: ');
  });
});
