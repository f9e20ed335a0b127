// The conversation that belongs to a page, beside it. It begins with the first message that someone sends here.
import { useCallback, useEffect, useState } from 'react';
import type { Me, WorkspacePage } from '../../worker/contract.ts';
import type { ChatContext } from '../chat/chat-context.ts';
import { Composer } from '../chat/composer.tsx';
import { ConversationProvider, useConversationState } from '../chat/conversation.tsx';
import { RefusalBanner } from '../chat/refusal-banner.tsx';
import { Transcript } from '../chat/transcript.tsx';

type ConversationProps = { me: Me; id: string; scope: WorkspacePage['scope'] };

export function WorkspaceConversation({ me, id, scope }: ConversationProps) {
  const [isNew, setIsNew] = useState(false);
  const begin = useCallback(() => setIsNew(true), []);
  const context: ChatContext | null = scope && { ...scope, path: null };
  return (
    <aside
      aria-label="Conversation of this page"
      className="flex h-[70dvh] min-h-80 shrink-0 flex-col border-t border-line bg-surface desk:h-auto desk:w-96 desk:border-s desk:border-t-0 wide:w-[26rem]"
    >
      <h2 className="flex h-11 shrink-0 items-center border-b border-line px-4 font-medium">Conversation</h2>
      <ConversationProvider key={String(isNew)} sessionId={id} isNew={isNew}>
        <Body me={me} id={id} about={context} onMissing={begin} />
      </ConversationProvider>
    </aside>
  );
}

type BodyProps = { me: Me; id: string; about: ChatContext | null; onMissing: () => void };

function Body({ me, id, about, onMissing }: BodyProps) {
  const missing = useConversationState((state) => state.phase === 'missing');
  useEffect(() => {
    // Nobody has said anything yet: the same place, as a conversation to begin.
    if (missing) onMissing();
  }, [missing, onMissing]);
  return (
    <>
      <Transcript
        isNarrow
        empty={
          <p className="my-auto px-2 py-8 text-center text-muted">
            Ask about the brief, its designs and items. What you may see and change is what your own role permits.
          </p>
        }
      />
      <div className="flex shrink-0 flex-col gap-2 px-3 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        <RefusalBanner />
        <Composer userId={me.user.id} draftKey={id} about={about} takesFocus={false} />
      </div>
    </>
  );
}
