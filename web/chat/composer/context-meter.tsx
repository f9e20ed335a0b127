// A ring that shows how full the model's context is. It opens the figures: context, cost so far, and an estimate for the
// message being written.
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { estimateMessage } from '../../api.ts';
import { Popover } from '../../design/overlays/popover.tsx';
import { Problem } from '../../problem.ts';
import { useConversation, useConversationState } from '../conversation.tsx';
import { estimateText } from '../format.ts';
import type { ChatContext } from '../runtime/chat-context.ts';
import { toForwardedProps } from '../runtime/forwarded-props.ts';
import { earlierIn } from '../transcript/earlier.ts';
import { type ContextUsage, contextText, contextUsage, costText, usedFraction } from './context-usage.ts';
import { useCurrentModel } from './use-conversation-models.ts';

const RADIUS = 6;
const LENGTH = 2 * Math.PI * RADIUS;
/** Above this, the oldest messages will soon be summarized. */
const NEARLY_FULL = 0.8;

const NOTHING: ContextUsage = { contextTokens: null, costMicros: null, isPartial: false };

/** `readText` returns the unsent text in the composer. */
export function ContextMeter({ readText, about }: { readText: () => string; about: ChatContext | null }) {
  // Usage is only known at the end of an answer, so don't recompute while one streams.
  const messages = useConversationState((state) => (state.live ? null : state.messages));
  const log = useConversationState((state) => (state.live ? null : state.log));
  const hasOlder = useConversationState((state) => state.hasOlder);
  const live = useConversationState((state) => state.earlier);
  const { current } = useCurrentModel(about);
  const last = useRef<ContextUsage>(NOTHING);
  const use = useMemo(() => {
    if (messages !== null && log !== null) {
      const summaryMicros = earlierIn(messages, live)?.costMicros ?? 0;
      last.current = contextUsage(messages, log, { hasOlder, summaryMicros });
    }
    return last.current;
  }, [messages, log, hasOlder, live]);
  if (current === undefined) return null;
  const isNew = use.contextTokens === null;
  const filled = usedFraction(use.contextTokens ?? 0, current.contextTokens);
  const percent = Math.max(1, Math.round(filled * 100));
  return (
    <Popover
      label={isNew ? 'Context and cost' : `${percent}% of context used, cost ${costText(use)}`}
      triggerClass="inline-flex size-8 shrink-0 items-center justify-center rounded-control text-muted transition-colors hover:bg-hover hover:text-text touch:size-11"
      trigger={
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden className="-rotate-90">
          <circle cx="8" cy="8" r={RADIUS} fill="none" strokeWidth="2.5" className="stroke-line-strong" />
          {!isNew && (
            <circle
              cx="8"
              cy="8"
              r={RADIUS}
              fill="none"
              strokeWidth="2.5"
              strokeLinecap="round"
              strokeDasharray={`${Math.max(0.04, filled) * LENGTH} ${LENGTH}`}
              className={filled > NEARLY_FULL ? 'stroke-on-notice' : 'stroke-accent'}
            />
          )}
        </svg>
      }
    >
      <dl className="flex flex-col gap-2 text-small">
        <Figure
          name={`Context (${current.label})`}
          value={contextText(use.contextTokens ?? 0, current.contextTokens)}
        />
        <Figure name="Cost of this conversation" value={isNew ? 'None yet' : costText(use)} />
        <Written readText={readText} about={about} />
      </dl>
      {filled > NEARLY_FULL && (
        <p className="mt-2 text-small text-muted">
          The oldest messages will soon be summarized. Start a new conversation for an empty context.
        </p>
      )}
    </Popover>
  );
}

/** The text when the figures are opened. */
function Written({ readText, about }: Parameters<typeof ContextMeter>[0]) {
  const [text] = useState(() => readText().trim());
  return text !== '' && <NextMessage text={text} about={about} />;
}

type NextMessageProps = {
  readonly text: string;
  readonly about: ChatContext | null;
};

/** The server's estimate for the message being written. Only requested while the figures are open. */
function NextMessage({ text, about }: NextMessageProps) {
  const { id } = useConversation();
  const exists = useConversationState((state) => state.exists);
  const model = useConversationState((state) => state.model);
  const asked = { text, ...(exists && { threadId: id }), ...toForwardedProps({ mode: 'chat', model, about }) };
  const { data, error } = useQuery({
    queryKey: ['estimate', asked],
    queryFn: () => estimateMessage(asked),
    staleTime: 10_000,
    retry: false,
  });
  const refusal = error instanceof Problem ? error.title : 'Unknown';
  return <Figure name="This message" value={data ? estimateText(data) : error === null ? 'Estimating…' : refusal} />;
}

// A figure with its name, for a list of them.
function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-meta text-muted">{name}</dt>
      <dd className="m-0 font-medium tabular-nums">{value}</dd>
    </div>
  );
}
