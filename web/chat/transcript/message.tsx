// One message of the transcript: people's messages as plain text, the assistant's as Markdown.
import type { UIMessage } from '@tanstack/ai-client';
import { ChevronRight } from 'lucide-react';
import { createContext, memo, type ReactNode, Suspense, useContext } from 'react';
import { ErrorBoundary } from '../../boundary/error-boundary.tsx';
import { lazyPart } from '../../boundary/load-part.ts';
import { InlineBoundary } from '../../boundary/part-failure.tsx';
import { Avatar } from '../../design/avatar.tsx';
import { cx } from '../../design/cx.ts';
import { Markdown } from '../../markdown/markdown.tsx';
import { LINE_DIRECTION, MixedText } from '../../markdown/mixed-text.tsx';
import { useConversationState } from '../conversation.tsx';
import { QuestionActions } from './message-actions.tsx';
import { textOf } from './message-text.ts';
import { otherAuthor, type Person } from './people.ts';

const EditQuestion = lazyPart(async () => (await import('./edit-question.tsx')).EditQuestion);

/** What a turn shows at its end, inside its article: a feed may contain nothing but articles. */
export const TurnEnd = createContext<ReactNode>(null);

type ArticleProps = {
  position: number;
  total: number;
  label: string;
  status?: string;
  busy?: boolean;
  /** Id of an answer's last message. */
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
      {useContext(TurnEnd)}
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
        <OtherMessage author={author}>
          <MixedText text={textOf(message)} />
        </OtherMessage>
        <QuestionActions message={message} isOthers />
      </Article>
    );
  }
  if (isEdited) {
    return (
      <Article position={position} total={total} label="You">
        <InlineBoundary title="Couldn’t open the editor">
          <Suspense>
            <EditQuestion message={message} />
          </Suspense>
        </InlineBoundary>
      </Article>
    );
  }
  return (
    <Article position={position} total={total} label="You">
      <div
        dir="auto"
        className={`max-w-[85%] self-end rounded-bubble rounded-ee-tail bg-user px-4 py-2.5 text-answer break-words whitespace-pre-wrap text-on-user desk:max-w-[75%] ${LINE_DIRECTION}`}
      >
        <MixedText text={textOf(message)} />
      </div>
      <QuestionActions message={message} />
    </Article>
  );
});

/** Another member's message, on the opposite side and with their name. */
export function OtherMessage({ author, children }: { author: Person; children: ReactNode }) {
  return (
    <div className="flex max-w-[85%] min-w-0 gap-2 self-start desk:max-w-[80%]">
      <Avatar name={author.name} />
      <div className="flex min-w-0 flex-col gap-1">
        <span dir="auto" className="flex min-h-7 items-center text-small font-medium break-words text-muted">
          {author.name}
        </span>
        <div
          dir="auto"
          className={`self-start rounded-bubble rounded-ss-tail border border-line-strong bg-raised px-4 py-2.5 text-answer break-words whitespace-pre-wrap ${LINE_DIRECTION}`}
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
  /** New text can arrive at any moment. */
  caret: boolean;
  waiting: ReactNode;
  /** Shown before there is any text. */
  entering?: boolean;
};

export function Bubble({ text, reasoning, streaming, caret, waiting, entering = false }: BubbleProps) {
  return (
    <div
      className={cx(
        'max-w-full min-w-0 rounded-bubble rounded-es-tail bg-bubble px-4 py-3 text-answer text-on-bubble',
        // One paragraph is as narrow as its text. From the second block on the width is fixed, so that nothing shifts.
        text.includes('\n\n') ? 'w-full' : 'self-start',
        // Delayed, so that a fast answer never shows an empty bubble.
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
          {/* Text that can't be formatted is still readable. */}
          <ErrorBoundary resetKey={text} fallback={() => <p className="break-words whitespace-pre-wrap">{text}</p>}>
            <Markdown text={text} streaming={streaming} />
          </ErrorBoundary>
        </div>
      )}
      {text !== '' && streaming && <div className="mt-2 empty:hidden">{waiting}</div>}
    </div>
  );
}

/** The model's reasoning, collapsed. */
function Reasoning({ text, streaming }: { text: string; streaming: boolean }) {
  return (
    <details className="group mb-2 text-small text-muted">
      <summary className="inline-flex min-h-6 list-none items-center gap-1 rounded-control select-none hover:text-text touch:min-h-11">
        <ChevronRight size={14} aria-hidden className="transition-transform group-open:rotate-90 rtl:-scale-x-100" />
        {streaming ? 'Reasoning…' : 'Reasoning'}
      </summary>
      <p dir="auto" className={`mt-1 border-s-2 border-line-strong ps-3 whitespace-pre-wrap ${LINE_DIRECTION}`}>
        <MixedText text={text} />
      </p>
    </details>
  );
}
