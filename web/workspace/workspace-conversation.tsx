// The conversation that belongs to a page and that everybody who sees the page shares, beside it.
import { MessageCircleOff } from 'lucide-react';
import type { Me, WorkspacePage } from '../../worker/contract.ts';
import type { ChatContext } from '../chat/chat-context.ts';
import { Composer } from '../chat/composer.tsx';
import { ConversationProvider, useConversationState } from '../chat/conversation.tsx';
import { PeopleHere } from '../chat/people-here.tsx';
import { RefusalBanner } from '../chat/refusal-banner.tsx';
import { Transcript } from '../chat/transcript.tsx';
import { PageState } from '../design/page-state.tsx';

type ConversationProps = { me: Me; id: string; scope: WorkspacePage['scope'] };

export function WorkspaceConversation({ me, id, scope }: ConversationProps) {
  const context: ChatContext | null = scope && { ...scope, path: null };
  return (
    <aside
      aria-label="Conversation of this page"
      className="page-aside flex h-(--aside-height) shrink-0 flex-col border-t border-line bg-surface desk:h-auto desk:w-(--aside-width) desk:border-s desk:border-t-0"
    >
      <ConversationProvider sessionId={id} isNew={false}>
        <div className="flex h-11 shrink-0 items-center justify-between gap-3 border-b border-line px-4">
          <h2 className="min-w-0 truncate font-medium">Conversation</h2>
          <PeopleHere />
        </div>
        <Body me={me} id={id} about={context} />
      </ConversationProvider>
    </aside>
  );
}

function Body({ me, id, about }: { me: Me; id: string; about: ChatContext | null }) {
  const missing = useConversationState((state) => state.phase === 'missing');
  if (missing) {
    return (
      <PageState icon={MessageCircleOff} title="No conversation here">
        It was deleted, or you are not a member of the program any more.
      </PageState>
    );
  }
  return (
    <>
      <Transcript
        isNarrow
        empty={
          <p className="my-auto px-2 py-8 text-center text-muted">
            Ask about the brief, its designs and items. All members of the program read along; what you may see and
            change is what your own role permits.
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
