// What can be done with a message: copy, edit, answer anew, fork, judge. In reach of every keyboard and finger; a pointer
// that can hover brings them out, so that they stand in nobody's way.
import type { UIMessage } from '@tanstack/ai-client';
import { Ellipsis, FileCode2, Pencil, RefreshCw, Split } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { CopyButton } from '../design/copy-button.tsx';
import { cx } from '../design/cx.ts';
import { IconButton } from '../design/icon-button.tsx';
import { Menu } from '../design/menu.tsx';
import { toasts } from '../design/toasts.ts';
import { answerAnew, versionsOf } from './branching.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { FeedbackButtons } from './feedback-buttons.tsx';
import { textOf } from './message-text.ts';
import { otherAuthor } from './people.ts';
import { tell } from './tell.ts';
import { useFork } from './use-fork.ts';
import { VersionSwitcher } from './version-switcher.tsx';

/** A pointer that rests on the turn, or focus in it. */
const OUT_OF_THE_WAY =
  'opacity-0 transition-opacity group-focus-within/turn:opacity-100 group-hover/turn:opacity-100 has-[[data-state=open]]:opacity-100 touch:opacity-100';

function Actions({ always = false, children }: { always?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons, no fields
    <div role="group" aria-label="Actions" className={cx('flex flex-wrap items-center', !always && OUT_OF_THE_WAY)}>
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
            label="Edit and send again"
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
  /** What is answered; null where it is not loaded. */
  question: UIMessage | null;
  /** This answer follows directly on its question, whose versions it shows. */
  isFirst: boolean;
  last: boolean;
  live: boolean;
  children: ReactNode;
};

/** `children` stand behind the buttons and stay in view. */
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
            label="Answer again"
            onClick={() => void answerAnew(conversation, question, lastStep).catch(tell)}
          />
        )}
        {forkButton}
        <FeedbackButtons message={lastStep} form={form} />
        {markdown !== '' && (
          <Menu
            trigger={<IconButton size="small" icon={Ellipsis} label="More for this answer" />}
            entries={[
              {
                kind: 'item',
                label: 'Copy as Markdown',
                icon: <FileCode2 size={16} aria-hidden />,
                onSelect: () =>
                  void navigator.clipboard.writeText(markdown).then(
                    () => toasts.show({ words: 'Copied as Markdown' }),
                    () => toasts.show({ words: 'The browser does not let this page copy.' }),
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

/** The answer as it is read, without the marks of its form. */
function readableText(lastStepId: string, markdown: string): string {
  const article = document.querySelector(`[data-answer="${CSS.escape(lastStepId)}"]`);
  const blocks = [...(article?.querySelectorAll<HTMLElement>('[data-words]') ?? [])];
  // biome-ignore lint/performance/useDomNodeTextContent: lines and list items are to stay apart
  const words = blocks.map((block) => block.innerText.trim());
  return words.length > 0 ? words.join('\n\n') : markdown;
}
