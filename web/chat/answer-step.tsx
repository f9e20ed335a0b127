// One step of an answer: what the model said, the tools that it called then, and the decisions that they wait for.
import type { UIMessage } from '@tanstack/ai-client';
import { memo, type ReactNode } from 'react';
import { ConfirmationCard } from './confirmation-card.tsx';
import { useConversationState } from './conversation.tsx';
import { Bubble } from './message.tsx';
import { reasoningOf, textOf } from './message-text.ts';
import { toolCallsOf } from './tool-call.ts';
import { ToolLabels } from './tool-labels.tsx';

type StepProps = {
  message: UIMessage;
  /** The run that this step is of goes on. */
  live: boolean;
  /** Words of this step can still come. */
  streaming: boolean;
  caret: boolean;
  waiting: ReactNode;
};

export const AnswerStep = memo(function AnswerStep({ message, live, streaming, caret, waiting }: StepProps) {
  const confirmations = useConversationState((state) => state.tools.confirmations);
  const calls = toolCallsOf(message, { live, confirmations });
  const [text, reasoning] = [textOf(message), reasoningOf(message)];
  const growing = streaming && calls.length === 0;
  const cards = calls.map((call) => confirmations[call.id]).filter((card) => card !== undefined);
  return (
    <>
      {(text !== '' || reasoning !== '') && (
        <Bubble text={text} reasoning={reasoning} streaming={growing} caret={growing && caret} waiting={waiting} />
      )}
      <ToolLabels calls={calls} />
      {cards.map((card) => (
        <ConfirmationCard key={card.approvalId} confirmation={card} />
      ))}
    </>
  );
});
