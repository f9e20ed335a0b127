// One message of the transcript: the reader's own words as plain text, the assistant's as markdown.
import type { UIMessage } from '@tanstack/ai-client';
import { lazy, memo, type ReactNode, Suspense } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { cx } from '../design/cx.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { useConversationState } from './conversation.tsx';
import { QuestionActions } from './message-actions.tsx';
import { textOf } from './message-text.ts';
import { otherAuthor, type Person } from './people.ts';
import { Reasoning } from './reasoning.tsx';

const EditQuestion = lazy(() => import('./edit-question.tsx').then((module) => ({ default: module.EditQuestion })));

type ArticleProps = {
  position: number;
  total: number;
  label: string;
  status?: string;
  busy?: boolean;
  /** Of an answer: its last message. */
  answer?: string | undefined;
  children: ReactNode;
};

export function Article({ position, total, label, status, busy = false, answer, children }: ArticleProps) {
  return (
    <article
      aria-posinset={position}
      aria-setsize={total}
      aria-label={label}
      aria-busy={busy}
      data-status={status}
      data-answer={answer}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: articles of a feed take focus, so that they can be read one by one
      tabIndex={0}
      className="group/turn flex min-w-0 flex-col rounded-bubble"
    >
      <h2 className="sr-only">{label}</h2>
      {children}
    </article>
  );
}

type MessageProps = { message: UIMessage; position: number; total: number };

export const UserMessage = memo(function UserMessage({ message, position, total }: MessageProps) {
  const meId = useConversationState((state) => state.me?.id);
  const isEdited = useConversationState((state) => state.editing === message.id && !state.live);
  const author = otherAuthor(message, meId);
  if (author !== null) {
    return (
      <Article position={position} total={total} label={author.name}>
        <OtherWords author={author}>{textOf(message)}</OtherWords>
        <QuestionActions message={message} isOthers />
      </Article>
    );
  }
  if (isEdited) {
    return (
      <Article position={position} total={total} label="You">
        <Suspense>
          <EditQuestion message={message} />
        </Suspense>
      </Article>
    );
  }
  return (
    <Article position={position} total={total} label="You">
      <div
        dir="auto"
        className="max-w-[85%] self-end rounded-bubble rounded-ee-tail bg-user px-4 py-2.5 text-answer break-words whitespace-pre-wrap text-on-user desk:max-w-[75%]"
      >
        {textOf(message)}
      </div>
      <QuestionActions message={message} />
    </Article>
  );
});

/** What another member said: on the other side than one's own, with who it was. */
export function OtherWords({ author, children }: { author: Person; children: ReactNode }) {
  return (
    <div className="flex max-w-[85%] min-w-0 gap-2 self-start desk:max-w-[80%]">
      <Avatar name={author.name} />
      <div className="flex min-w-0 flex-col gap-1">
        <span dir="auto" className="flex min-h-7 items-center text-small font-medium break-words text-muted">
          {author.name}
        </span>
        <div
          dir="auto"
          className="self-start rounded-bubble rounded-ss-tail border border-line-strong bg-raised px-4 py-2.5 text-answer break-words whitespace-pre-wrap"
        >
          {children}
        </div>
      </div>
    </div>
  );
}

type BubbleProps = {
  text: string;
  reasoning: string;
  streaming: boolean;
  /** New text can come at any moment. */
  caret: boolean;
  waiting: ReactNode;
  /** It comes before there is anything to say. */
  entering?: boolean;
};

export function Bubble({ text, reasoning, streaming, caret, waiting, entering = false }: BubbleProps) {
  return (
    <div
      dir="auto"
      className={cx(
        'max-w-full min-w-0 rounded-bubble rounded-es-tail bg-bubble px-4 py-3 text-answer text-on-bubble',
        // A line or two stay as narrow as they are; with a second block the width is settled, and text below never shifts it.
        text.includes('\n\n') ? 'w-full' : 'self-start',
        // A fast reply comes before the empty bubble would; only a slower one shows it.
        entering && 'animate-enter [animation-delay:150ms] [animation-fill-mode:backwards]',
      )}
    >
      {reasoning !== '' && <Reasoning text={reasoning} streaming={streaming && text === ''} />}
      {text === '' && streaming && (
        <div className="flex h-6 items-center gap-2.5">
          {caret && <span className="caret" />}
          {waiting}
        </div>
      )}
      {text !== '' && (
        <div data-words className={caret ? 'caret-tail' : undefined}>
          <Markdown text={text} streaming={streaming} />
        </div>
      )}
      {text !== '' && streaming && <div className="mt-2 empty:hidden">{waiting}</div>}
    </div>
  );
}
