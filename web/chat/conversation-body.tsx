// The open conversation on the chat page or in the panel: transcript and composer, or why it couldn't be loaded.
import { SearchX, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { InlineBoundary, PageBoundary } from '../boundary/part-failure.tsx';
import { Button } from '../design/controls/button.tsx';
import { cx } from '../design/cx.ts';
import { PageState } from '../design/page-state.tsx';
import { Composer } from './composer/composer.tsx';
import { ContextChip } from './composer/context-chip.tsx';
import { ContextMeter } from './composer/context-meter.tsx';
import { draftStorage, newDraftKey, readDraft } from './composer/drafts.ts';
import { ModelPicker } from './composer/model-picker.tsx';
import { QuotaNotice } from './composer/quota-notice.tsx';
import { RejectedMessage } from './composer/rejected-message.tsx';
import { RetiredModel } from './composer/retired-model.tsx';
import { useConversation, useConversationState } from './conversation.tsx';
import type { ChatContext } from './runtime/chat-context.ts';
import { Transcript } from './transcript/transcript.tsx';

type BodyProps = {
  me: Me;
  /** The panel is narrow, and Esc closes it. */
  place: 'page' | 'panel';
  about: ChatContext | null;
  onRemoveContext: () => void;
  empty: ReactNode;
  onNew: () => void;
};

export function ConversationBody({ me, place, about, onRemoveContext, empty, onNew }: BodyProps) {
  const { id, reconnect } = useConversation();
  const exists = useConversationState((state) => state.exists);
  const phase = useConversationState((state) => state.phase);
  const problem = useConversationState((state) => state.problem);
  if (phase === 'missing') {
    return (
      <PageState
        icon={SearchX}
        title="Conversation not found"
        requestId={problem?.requestId ?? null}
        actions={
          <Button tone="primary" onClick={onNew}>
            New conversation
          </Button>
        }
      >
        It was deleted, or you don’t have access.
      </PageState>
    );
  }
  if (phase === 'failed') {
    return (
      <PageState
        icon={WifiOff}
        title={problem?.title ?? 'Couldn’t load the conversation'}
        requestId={problem?.requestId ?? null}
        actions={
          <Button tone="primary" onClick={reconnect}>
            Try again
          </Button>
        }
      >
        {problem?.detail}
      </PageState>
    );
  }
  const isPanel = place === 'panel';
  const draftKey = exists ? id : newDraftKey(me.org.id, 'main');
  return (
    <>
      <PageBoundary resetKey={id}>
        <Transcript empty={empty} isNarrow={isPanel} />
      </PageBoundary>
      {/* The same gutters as the transcript, so that both columns align whatever the scroll bar's width. */}
      <div className={cx('shrink-0', isPanel ? 'px-3' : 'overflow-hidden px-4 [scrollbar-gutter:stable_both-edges]')}>
        <div className="mx-auto flex w-full max-w-3xl flex-col gap-2 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
          <QuotaNotice orgName={me.org.name} />
          <RetiredModel about={about} />
          <RejectedMessage />
          <InlineBoundary title="Couldn’t show the message field" resetKey={id}>
            <Composer
              key={id}
              userId={me.user.id}
              draftKey={draftKey}
              about={about}
              chip={about && <ContextChip context={about} onRemove={onRemoveContext} />}
              tools={
                <>
                  <ModelPicker about={about} />
                  <ContextMeter readText={() => readDraft(draftStorage(), me.user.id, draftKey)} about={about} />
                </>
              }
              takesFocus={!isPanel}
              escapeKey={isPanel ? 'passes' : 'stops'}
            />
          </InlineBoundary>
          <p className="text-center text-meta text-muted">
            The assistant can make mistakes. Verify important information.
          </p>
        </div>
      </div>
    </>
  );
}
