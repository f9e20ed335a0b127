// The open conversation on a page of its own: header, transcript, composer, or the reason why there is none.
import { useQueryClient } from '@tanstack/react-query';
import { PowerOff, SearchX, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import type { Me } from '../../worker/contract.ts';
import { patchSession } from '../api.ts';
import { Button } from '../design/button.tsx';
import { PageState } from '../design/page-state.tsx';
import { KEYS, useDisabled, useModels, useSession, useSessions } from '../queries.ts';
import type { ChatContext } from './chat-context.ts';
import { ChatHeader } from './chat-header.tsx';
import { Composer } from './composer.tsx';
import { ContextChip } from './context-chip.tsx';
import { useConversation, useConversationState } from './conversation.tsx';
import { NEW_CONVERSATION } from './drafts.ts';
import { EmptyState } from './empty-state.tsx';
import { ModelPicker } from './model-picker.tsx';
import { QuotaNotice } from './quota-notice.tsx';
import { RefusalBanner } from './refusal-banner.tsx';
import { Transcript } from './transcript.tsx';

type ConversationViewProps = {
  me: Me;
  isNew: boolean;
  /** What a new conversation is about. */
  context: ChatContext | null;
  onRemoveContext: () => void;
  chosenModel: string | null;
  onModel: (id: string) => void;
  onOpenSessions: () => void;
  onNew: () => void;
};

export function ConversationView(props: ConversationViewProps) {
  const { me, isNew, context, onRemoveContext, chosenModel, onModel, onOpenSessions, onNew } = props;
  const sessionId = useConversationState((state) => state.sessionId);
  const { data: models } = useModels();
  const { data: pages } = useSessions();
  const { data: detail } = useSession(sessionId, { poll: false });
  const queries = useQueryClient();

  const session = pages?.pages.flatMap((page) => page.sessions).find((entry) => entry.id === sessionId) ?? detail;
  const title = isNew ? 'New conversation' : (session?.title ?? 'Conversation');
  useEffect(() => {
    document.title = isNew ? 'Groundwire' : `${title} · Groundwire`;
  }, [title, isNew]);

  const chooseModel = (model: string) => {
    onModel(model);
    // The choice also travels with the next message, so a failed write here loses nothing.
    if (!isNew)
      patchSession(sessionId, { model }).then(
        () => queries.invalidateQueries({ queryKey: KEYS.session(sessionId) }),
        () => undefined,
      );
  };

  const picker = models && models.models.length > 0 && (
    <ModelPicker list={models} value={chosenModel ?? session?.model ?? null} onChange={chooseModel} />
  );
  const disabled = useDisabled();
  return (
    <main className="flex min-w-0 grow flex-col bg-surface">
      <ChatHeader
        title={title}
        me={me}
        demo={models?.demo ?? me.demo}
        picker={picker}
        onOpenSessions={disabled ? null : onOpenSessions}
      />
      {disabled ? (
        <PageState icon={PowerOff} title={disabled.detail} requestId={disabled.requestId}>
          {me.org.permissions.includes('settings:update')
            ? 'You can turn it on in the settings, under Experimental Features.'
            : `An admin of ${me.org.name} can turn it on in the settings, under Experimental Features.`}
        </PageState>
      ) : (
        <Body
          me={me}
          isNew={isNew}
          picker={picker}
          chip={context && <ContextChip context={context} onRemove={onRemoveContext} />}
          opening={context?.draft ?? ''}
          onNew={onNew}
        />
      )}
    </main>
  );
}

type BodyProps = {
  me: Me;
  isNew: boolean;
  picker: ReactNode;
  chip: ReactNode;
  opening: string;
  onNew: () => void;
};

function Body({ me, isNew, picker, chip, opening, onNew }: BodyProps) {
  const { reconnect } = useConversation();
  const sessionId = useConversationState((state) => state.sessionId);
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
  return (
    <>
      <Transcript empty={<EmptyState orgName={me.org.name} />} />
      {/* The same gutters as the transcript's, so that both columns stand in one line whatever the scroll bar's width. */}
      <div className="shrink-0 overflow-hidden [scrollbar-gutter:stable_both-edges]">
        <div className="mx-auto flex w-full max-w-3xl flex-col gap-2 px-4 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
          <QuotaNotice orgName={me.org.name} />
          <RefusalBanner />
          <Composer
            userId={me.user.id}
            draftKey={isNew ? NEW_CONVERSATION : sessionId}
            tools={picker}
            context={chip}
            opening={opening}
          />
          <p className="text-center text-meta text-muted">The assistant can be wrong. Check what you rely on.</p>
        </div>
      </div>
    </>
  );
}
