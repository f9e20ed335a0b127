// How full the model's context is and what the conversation has cost: a ring that fills, and the figures behind it.
import { useMemo, useRef } from 'react';
import { Popover } from '../design/popover.tsx';
import { useConversationState } from './conversation.tsx';
import { type ConversationUse, contextLine, conversationUse, costLine, filledPart } from './conversation-use.ts';
import { useCurrentModel } from './model-picker.tsx';

const RADIUS = 6;
const LENGTH = 2 * Math.PI * RADIUS;
/** From here on it is worth a look: old messages will soon no longer be sent. */
const NEARLY_FULL = 0.8;

const NOTHING: ConversationUse = { contextTokens: null, costMicros: null, isPartial: false };

export function ContextMeter() {
  // Figures come at the end of an answer; while one streams there is nothing to count anew.
  const messages = useConversationState((state) => (state.live ? null : state.messages));
  const log = useConversationState((state) => (state.live ? null : state.log));
  const hasOlder = useConversationState((state) => state.hasOlder);
  const { current } = useCurrentModel();
  const last = useRef<ConversationUse>(NOTHING);
  const use = useMemo(() => {
    if (messages !== null && log !== null) last.current = conversationUse(messages, log, hasOlder);
    return last.current;
  }, [messages, log, hasOlder]);
  if (use.contextTokens === null || current === undefined) return null;
  const filled = filledPart(use.contextTokens, current.contextTokens);
  const percent = Math.max(1, Math.round(filled * 100));
  return (
    <Popover
      label={`Context ${percent} % full, cost ${costLine(use)}`}
      triggerClass="inline-flex size-8 shrink-0 items-center justify-center rounded-control text-muted transition-colors hover:bg-hover hover:text-text touch:size-11"
      trigger={
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden className="-rotate-90">
          <circle cx="8" cy="8" r={RADIUS} fill="none" strokeWidth="2.5" className="stroke-line-strong" />
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
        </svg>
      }
    >
      <dl className="flex flex-col gap-2 text-small">
        <Figure name={`Context of ${current.label}`} value={contextLine(use.contextTokens, current.contextTokens)} />
        <Figure name="Cost of this conversation" value={costLine(use)} />
      </dl>
      {filled > NEARLY_FULL && (
        <p className="mt-2 text-small text-muted">
          The oldest messages will soon no longer be sent to the model. A new conversation starts with an empty context.
        </p>
      )}
    </Popover>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-meta text-muted">{name}</dt>
      <dd className="m-0 font-medium tabular-nums">{value}</dd>
    </div>
  );
}
