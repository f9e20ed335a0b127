// The open conversation wherever it stands, on a page of its own or in the panel: transcript and composer, or the reason
// why there is none.
import { SearchX, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Me } from '../../worker/contract.ts';
import { Button } from '../design/button.tsx';
import { cx } from '../design/cx.ts';
import { PageState } from '../design/page-state.tsx';
import type { ChatContext } from './chat-context.ts';
import { Composer } from './composer.tsx';
import { ContextChip } from './context-chip.tsx';
import { ContextMeter } from './context-meter.tsx';
import { useConversation, useConversationState } from './conversation.tsx';
import { draftStorage, NEW_CONVERSATION, readDraft } from './drafts.ts';
import { ModelPicker } from './model-picker.tsx';
import { QuotaNotice } from './quota-notice.tsx';
import { RefusalBanner } from './refusal-banner.tsx';
import { Transcript } from './transcript.tsx';

type BodyProps = {
  me: Me;
  /** In the panel space is short, and Esc closes. */
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
        title="No such conversation"
        requestId={problem?.requestId ?? null}
        actions={
          <Button tone="primary" onClick={onNew}>
            New conversation
          </Button>
        }
      >
        It was deleted, or it belongs to someone else.
      </PageState>
    );
  }
  if (phase === 'failed') {
    return (
      <PageState
        icon={WifiOff}
        title={problem?.title ?? 'This did not load'}
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
  const draftKey = exists ? id : NEW_CONVERSATION;
  return (
    <>
      <Transcript empty={empty} isNarrow={isPanel} />
      {/* The same gutters as the transcript's, so that both columns stand in one line whatever the scroll bar's width. */}
      <div className={cx('shrink-0', isPanel ? 'px-3' : 'overflow-hidden px-4 [scrollbar-gutter:stable_both-edges]')}>
        <div className="mx-auto flex w-full max-w-3xl flex-col gap-2 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
          <QuotaNotice orgName={me.org.name} />
          <RefusalBanner />
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
          <p className="text-center text-meta text-muted">The assistant can be wrong. Check what you rely on.</p>
        </div>
      </div>
    </>
  );
}
