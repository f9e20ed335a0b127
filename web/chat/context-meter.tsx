// How full the model's context is, what the conversation has cost and what the next message would: a ring that fills, and
// the figures behind it.
import { useMemo, useRef, useState } from 'react';
import { Popover } from '../design/popover.tsx';
import type { ChatContext } from './chat-context.ts';
import { useConversationState } from './conversation.tsx';
import { type ConversationUse, contextLine, conversationUse, costLine, filledPart } from './conversation-use.ts';
import { Figure } from './figure.tsx';
import { useCurrentModel } from './model-picker.tsx';
import { NextMessage } from './next-message.tsx';

const RADIUS = 6;
const LENGTH = 2 * Math.PI * RADIUS;
/** From here on it is worth a look: old messages will soon no longer be sent. */
const NEARLY_FULL = 0.8;

const NOTHING: ConversationUse = { contextTokens: null, costMicros: null, isPartial: false };

/** `readText` gives what is written and not yet sent. */
export function ContextMeter({ readText, about }: { readText: () => string; about: ChatContext | null }) {
  // Figures come at the end of an answer; while one streams there is nothing to count anew.
  const messages = useConversationState((state) => (state.live ? null : state.messages));
  const log = useConversationState((state) => (state.live ? null : state.log));
  const hasOlder = useConversationState((state) => state.hasOlder);
  const { current } = useCurrentModel(about);
  const last = useRef<ConversationUse>(NOTHING);
  const use = useMemo(() => {
    if (messages !== null && log !== null) last.current = conversationUse(messages, log, hasOlder);
    return last.current;
  }, [messages, log, hasOlder]);
  if (current === undefined) return null;
  const isNew = use.contextTokens === null;
  const filled = filledPart(use.contextTokens ?? 0, current.contextTokens);
  const percent = Math.max(1, Math.round(filled * 100));
  return (
    <Popover
      label={isNew ? 'Context and cost' : `Context ${percent} % full, cost ${costLine(use)}`}
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
          name={`Context of ${current.label}`}
          value={contextLine(use.contextTokens ?? 0, current.contextTokens)}
        />
        <Figure name="Cost of this conversation" value={isNew ? 'Nothing yet' : costLine(use)} />
        <Written readText={readText} about={about} />
      </dl>
      {filled > NEARLY_FULL && (
        <p className="mt-2 text-small text-muted">
          The oldest messages will soon no longer be sent to the model. A new conversation starts with an empty context.
        </p>
      )}
    </Popover>
  );
}

/** The words as they stand when somebody looks. */
function Written({ readText, about }: Parameters<typeof ContextMeter>[0]) {
  const [text] = useState(() => readText().trim());
  return text !== '' && <NextMessage text={text} about={about} />;
}
