// The actions of a message: copy, edit, regenerate, fork, feedback, versions. Always reachable by keyboard and touch; with
// a mouse they appear on hover.
import type { UIMessage } from '@tanstack/ai-client';
import { useQueryClient } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, Ellipsis, FileCode2, Pencil, RefreshCw, Split } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { useAssistant } from '../../assistant/assistant-provider.tsx';
import { CopyButton } from '../../design/controls/copy-button.tsx';
import { IconButton } from '../../design/controls/icon-button.tsx';
import { cx } from '../../design/cx.ts';
import { Menu } from '../../design/overlays/menu.tsx';
import { toastError, toasts } from '../../design/overlays/toasts.ts';
import { KEYS } from '../../queries.ts';
import { FeedbackButtons } from '../answer/feedback-buttons.tsx';
import { useConversation, useConversationState } from '../conversation.tsx';
import { chooseVersion, forkConversation, regenerateAnswer, versionsOf } from '../runtime/branching.ts';
import { textOf } from './message-text.ts';
import { otherAuthor } from './people.ts';

/** Visible while the pointer is over the turn or the focus is in it. */
const SHOWN_ON_HOVER =
  'opacity-0 transition-opacity group-focus-within/turn:opacity-100 group-hover/turn:opacity-100 has-[[data-state=open]]:opacity-100 touch:opacity-100';

function Actions({ always = false, children }: { always?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons, no fields
    <div role="group" aria-label="Actions" className={cx('flex flex-wrap items-center', !always && SHOWN_ON_HOVER)}>
      {children}
    </div>
  );
}

export function QuestionActions({ message, isOthers = false }: { message: UIMessage; isOthers?: boolean }) {
  const { store } = useConversation();
  const live = useConversationState((state) => state.live);
  const { fork, busy } = useFork();
  const versions = versionsOf(message);
  return (
    <div className={cx('mt-1 -mb-5 flex items-center gap-1 touch:mb-0', isOthers ? 'ms-9' : 'flex-row-reverse')}>
      {versions && <VersionSwitcher of="question" ids={versions.questions} shown={message.id} />}
      <Actions>
        <CopyButton text={textOf(message)} label="Copy question" />
        {!isOthers && !live && (
          <IconButton
            size="small"
            icon={Pencil}
            label="Edit and resend"
            onClick={() => store.set({ editing: message.id })}
          />
        )}
        <IconButton size="small" icon={Split} label="Fork from here" disabled={busy} onClick={() => fork(message)} />
      </Actions>
    </div>
  );
}

type AnswerActionsProps = {
  steps: readonly UIMessage[];
  /** The question it answers; null if it isn't loaded. */
  question: UIMessage | null;
  /** This answer directly follows its question, so it shows the answer's versions. */
  isFirst: boolean;
  last: boolean;
  live: boolean;
  children: ReactNode;
};

/** `children` are shown after the buttons and are always visible. */
export function AnswerActions({ steps, question, isFirst, last, live, children }: AnswerActionsProps) {
  const conversation = useConversation();
  const busyElsewhere = useConversationState((state) => state.live);
  const meId = useConversationState((state) => state.me?.id);
  const { fork, busy } = useFork();
  const [form, setForm] = useState<HTMLElement | null>(null);
  const lastStep = steps.at(-1);
  if (lastStep === undefined) return null;
  const forkButton = (
    <IconButton size="small" icon={Split} label="Fork from here" disabled={busy} onClick={() => fork(lastStep)} />
  );
  if (live) return <Actions>{forkButton}</Actions>;
  const markdown = steps.map(textOf).filter(Boolean).join('\n\n');
  const isOwn = question !== null && otherAuthor(question, meId) === null;
  const versions = isFirst && question ? versionsOf(question) : null;
  return (
    <div className="mt-1 flex min-h-7 flex-wrap items-center gap-x-1 text-meta text-muted">
      {versions && question && <VersionSwitcher of="answer" ids={versions.answers} shown={question.id} />}
      {!last && children}
      <Actions always={last}>
        {markdown !== '' && <CopyButton text={() => readableText(lastStep.id, markdown)} label="Copy answer" />}
        {isOwn && !busyElsewhere && (
          <IconButton
            size="small"
            icon={RefreshCw}
            label="Regenerate"
            onClick={() => void regenerateAnswer(conversation, question, lastStep).catch(toastError)}
          />
        )}
        {forkButton}
        <FeedbackButtons message={lastStep} form={form} />
        {markdown !== '' && (
          <Menu
            trigger={<IconButton size="small" icon={Ellipsis} label="More actions" />}
            entries={[
              {
                kind: 'item',
                label: 'Copy as Markdown',
                icon: <FileCode2 size={16} aria-hidden />,
                onSelect: () =>
                  void navigator.clipboard.writeText(markdown).then(
                    () => toasts.show({ words: 'Copied as Markdown' }),
                    () => toasts.show({ words: 'Couldn’t copy. Your browser blocked clipboard access.' }),
                  ),
              },
            ]}
          />
        )}
      </Actions>
      {last && children}
      <div ref={setForm} className="basis-full" />
    </div>
  );
}

/** The answer as rendered text, without Markdown syntax. */
function readableText(lastStepId: string, markdown: string): string {
  const article = document.querySelector(`[data-answer="${CSS.escape(lastStepId)}"]`);
  const blocks = [...(article?.querySelectorAll<HTMLElement>('[data-words]') ?? [])];
  // biome-ignore lint/performance/useDomNodeTextContent: innerText keeps lines and list items apart
  const texts = blocks.map((block) => block.innerText.trim());
  return texts.length > 0 ? texts.join('\n\n') : markdown;
}

type SwitcherProps = {
  of: 'question' | 'answer';
  /** Ids of all versions, and the one that is shown. */
  ids: readonly string[];
  shown: string;
};

/** ‹ 2/3 › */
function VersionSwitcher({ of, ids, shown }: SwitcherProps) {
  const conversation = useConversation();
  const live = useConversationState((state) => state.live);
  const [busy, setBusy] = useState(false);
  const at = ids.indexOf(shown);
  if (ids.length < 2 || at < 0) return null;
  const choose = (next: number) => {
    const id = ids[next];
    if (id === undefined || busy || live) return;
    setBusy(true);
    chooseVersion(conversation, id).then(
      () => setBusy(false),
      (error: unknown) => {
        setBusy(false);
        toastError(error);
      },
    );
  };
  const step = (label: string, next: number, icon: typeof ChevronLeft) => (
    <IconButton
      size="small"
      icon={icon}
      label={label}
      aria-disabled={next < 0 || next >= ids.length || live || undefined}
      onClick={() => choose(next)}
      className="aria-disabled:opacity-40 rtl:-scale-x-100"
    />
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: two buttons and a number, no fields
    <div role="group" aria-label={`Versions of this ${of}`} data-versions={of} className="flex items-center">
      {step(`Previous ${of} version`, at - 1, ChevronLeft)}
      <span className="min-w-7 text-center text-meta text-muted tabular-nums">
        <span aria-hidden>
          {at + 1}/{ids.length}
        </span>
        <span className="sr-only">
          {at + 1} of {ids.length}
        </span>
      </span>
      {step(`Next ${of} version`, at + 1, ChevronRight)}
    </div>
  );
}

/** Forks the open conversation at a message and opens the fork in place. */
function useFork(): { readonly fork: (message: UIMessage) => void; readonly busy: boolean } {
  const conversation = useConversation();
  const assistant = useAssistant();
  const queries = useQueryClient();
  const [location, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const fork = (message: UIMessage) => {
    if (busy) return;
    setBusy(true);
    forkConversation(conversation, message)
      .then((id) => {
        if (id === null) return;
        void queries.invalidateQueries({ queryKey: KEYS.sessions });
        assistant.show(id);
        if (location.startsWith('/chat')) navigate(`/chat/${id}`);
      }, toastError)
      .finally(() => setBusy(false));
  };
  return { fork, busy };
}
