// Quick Ask: a dialog to ask a question on any page. Esc closes it and the answer keeps running; "Open in sidebar" moves the
// conversation to the panel, even while it streams.
import { PanelRight, SquarePen } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { PageBoundary } from '../boundary/part-failure.tsx';
import { Composer } from '../chat/composer/composer.tsx';
import { ContextChip } from '../chat/composer/context-chip.tsx';
import { newDraftKey } from '../chat/composer/drafts.ts';
import { ModelPicker } from '../chat/composer/model-picker.tsx';
import { RejectedMessage } from '../chat/composer/rejected-message.tsx';
import { ConversationContext } from '../chat/conversation.tsx';
import { Transcript } from '../chat/transcript/transcript.tsx';
import { Button } from '../design/controls/button.tsx';
import { cx } from '../design/cx.ts';
import { Kbd } from '../design/kbd.tsx';
import { useModal } from '../design/overlays/dialog.tsx';
import { shownContext } from './assistant.ts';
import { useAssistant, useAssistantState, useIsWide } from './assistant-provider.tsx';

export function QuickAsk({ me }: { me: Me }) {
  const assistant = useAssistant();
  const isOpen = useAssistantState((state) => state.isQuickOpen);
  const quick = useAssistantState((state) => state.quick);
  const hasText = useSyncExternalStore(quick.store.subscribe, () => quick.store.shown().messages.length > 0);
  return (
    <dialog
      {...useModal(isOpen, assistant.closeQuick)}
      aria-label="Quick Ask"
      className={cx('quick-ask', hasText ? 'w-[48rem]' : 'w-[40rem]')}
    >
      {isOpen && (
        <ConversationContext value={quick}>
          <PageBoundary resetKey={quick}>
            <OpenQuickAsk key={quick.id} me={me} hasText={hasText} />
          </PageBoundary>
        </ConversationContext>
      )}
    </dialog>
  );
}

function OpenQuickAsk({ me, hasText }: { me: Me; hasText: boolean }) {
  const assistant = useAssistant();
  const [, navigate] = useLocation();
  const isWide = useIsWide();
  const { id } = useAssistantState((state) => state.quick);
  const about = useAssistantState(shownContext);
  const handOver = () => {
    assistant.handOver();
    if (isWide) navigate(`/chat/${id}`);
  };
  return (
    <div className="flex max-h-[inherit] flex-col">
      <div className="flex flex-col gap-2 p-3">
        <Composer
          userId={me.user.id}
          draftKey={newDraftKey(me.org.id, 'quick')}
          about={about}
          chip={about && <ContextChip context={about} onRemove={assistant.removeContext} />}
          tools={<ModelPicker about={about} />}
          escapeKey="passes"
        />
        <RejectedMessage />
      </div>
      {hasText && (
        <div className="flex min-h-0 grow flex-col border-t border-line bg-surface">
          <Transcript empty={null} isNarrow />
        </div>
      )}
      <div
        className={cx(
          'flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2',
          !hasText && 'touch:hidden',
        )}
      >
        <p className="flex items-center gap-1.5 text-meta text-muted touch:hidden">
          <Kbd keys="Enter" /> to ask · <Kbd keys="Escape" /> to close{hasText && ' (the answer keeps running)'}
        </p>
        {hasText && (
          <div className="flex gap-2">
            <Button tone="quiet" onClick={assistant.renewQuick}>
              <SquarePen size={16} strokeWidth={1.75} aria-hidden />
              New question
            </Button>
            <Button onClick={handOver}>
              <PanelRight size={16} strokeWidth={1.75} aria-hidden />
              Open in sidebar
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
