// Quick Ask: a question over whatever page is open. Esc puts it away and lets the answer go on; "Open in sidebar" takes
// the conversation into the panel as it is, in the middle of a word too.
import { PanelRight, SquarePen } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import { Composer } from '../chat/composer.tsx';
import { ContextChip } from '../chat/context-chip.tsx';
import { ConversationContext } from '../chat/conversation.tsx';
import { ModelPicker } from '../chat/model-picker.tsx';
import { RefusalBanner } from '../chat/refusal-banner.tsx';
import { Transcript } from '../chat/transcript.tsx';
import { Button } from '../design/button.tsx';
import { cx } from '../design/cx.ts';
import { useModal } from '../design/dialog.tsx';
import { Kbd } from '../design/kbd.tsx';
import { shownContext } from './assistant.ts';
import { useAssistant, useAssistantState, useIsWide } from './assistant-provider.tsx';

/** Not a conversation's id, so no draft of one can be mixed up with it. */
const DRAFT_KEY = 'quick';

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
          <Open key={quick.id} me={me} hasText={hasText} />
        </ConversationContext>
      )}
    </dialog>
  );
}

function Open({ me, hasText }: { me: Me; hasText: boolean }) {
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
          draftKey={DRAFT_KEY}
          about={about}
          chip={about && <ContextChip context={about} onRemove={assistant.removeContext} />}
          tools={<ModelPicker about={about} />}
          escapeKey="passes"
        />
        <RefusalBanner />
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
          <Kbd keys="Enter" /> asks · <Kbd keys="Escape" /> closes{hasText && ', the answer goes on'}
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
