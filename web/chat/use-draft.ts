// The words in the composer: kept on this device as they are typed, and let go only when the server has taken them.
import { useEffect, useRef, useState } from 'react';
import { useConversation, useConversationState } from './conversation.tsx';
import { draftStorage, keepDraft, readDraft } from './drafts.ts';

type Draft = {
  readonly text: string;
  readonly edit: (text: string) => void;
  /** Empties the field as its words are sent; what was kept of them stays until they are taken. */
  readonly sent: () => void;
};

export function useDraft(userId: string, draftKey: string): Draft {
  const { store } = useConversation();
  const accepted = useConversationState((state) => state.accepted);
  const refused = useConversationState((state) => state.refused);
  const opening = useConversationState((state) => state.opening);
  const [text, setText] = useState(() => readDraft(draftStorage(), userId, draftKey));

  const current = useRef({ text, draftKey });
  current.current = { text, draftKey };
  const seen = useRef(accepted);
  const sentUnder = useRef(draftKey);
  useEffect(() => {
    // Only now is the sent message the server's; what has been typed since is the draft. A new conversation has got
    // its own address meanwhile, so the draft may have moved.
    if (accepted !== seen.current) {
      keepDraft(draftStorage(), userId, sentUnder.current, '');
      keepDraft(draftStorage(), userId, current.current.draftKey, current.current.text);
    }
    seen.current = accepted;
  }, [accepted, userId]);

  useEffect(() => {
    if (refused !== null && refused.text !== '') setText((typed) => (typed === '' ? refused.text : typed));
  }, [refused]);

  useEffect(() => {
    if (opening === null) return;
    setText((typed) => (typed.trim() === '' ? opening : typed));
    store.set({ opening: null });
  }, [opening, store]);

  return {
    text,
    edit: (next) => {
      setText(next);
      keepDraft(draftStorage(), userId, draftKey, next);
    },
    sent: () => {
      sentUnder.current = draftKey;
      setText('');
    },
  };
}
