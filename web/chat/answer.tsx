// One answer of the assistant, in as many steps as the model took, with all that stands around its words: tools used,
// decisions to take, places to open, waiting line, ending, usage, copy.
import type { UIMessage } from '@tanstack/ai-client';
import { memo, useMemo } from 'react';
import { useModels } from '../queries.ts';
import { type AnswerFacts, turnFacts } from './answer-facts.ts';
import { AnswerStatus } from './answer-status.tsx';
import { AnswerStep } from './answer-step.tsx';
import { usageLine, waitingLine } from './answer-words.ts';
import { useConversation, useConversationState } from './conversation.tsx';
import { DraftLink } from './draft-link.tsx';
import { LiveUsage } from './live-usage.tsx';
import { Article, Bubble } from './message.tsx';
import { AnswerActions } from './message-actions.tsx';
import { reasoningOf, textOf } from './message-text.ts';
import { Offers } from './offers.tsx';
import { toolCallsOf } from './tool-call.ts';
import { useNow } from './use-now.ts';

type AnswerProps = {
  /** None while the answer has not begun. */
  steps: readonly UIMessage[];
  facts?: AnswerFacts;
  /** What is answered, and whether directly; null where it is not loaded. */
  question?: UIMessage | null;
  isFirst?: boolean;
  position: number;
  total: number;
  last: boolean;
};

export const NO_STEPS: readonly UIMessage[] = [];

export const Answer = memo(function Answer(props: AnswerProps) {
  const { steps, facts: given, question = null, isFirst = false, position, total, last } = props;
  const conversation = useConversation();
  const log = useConversationState((state) => state.log);
  const tools = useConversationState((state) => state.tools);
  const facts = useMemo(() => given ?? turnFacts(steps, log), [given, steps, log]);
  const streaming = useConversationState((state) => last && state.live);
  const link = useConversationState((state) => (last ? state.link : 'steady'));
  const text = steps
    .map(textOf)
    .filter((words) => words !== '')
    .join('\n\n');
  const status = streaming ? 'streaming' : (facts?.status ?? 'complete');
  const done = !streaming && status !== 'streaming';

  const confirmations = tools.confirmations;
  const offers = steps.flatMap((step) =>
    toolCallsOf(step, { live: streaming, confirmations }).flatMap((call) => tools.offers[call.id] ?? []),
  );
  const caret = streaming && link === 'steady';
  const waiting = caret ? <Waiting hasText={text !== ''} /> : null;
  const lastStep = steps.at(-1);

  const ask = (words: string) => conversation.send(words);
  const actions =
    last && done
      ? {
          retry: () => ask(lastQuestion(conversation.store.get().messages)),
          resume: () => ask('Continue.'),
          reconnect: conversation.reconnect,
        }
      : null;

  return (
    <Article position={position} total={total} label="Assistant" status={status} busy={streaming} answer={lastStep?.id}>
      <div className="flex min-w-0 flex-col gap-2">
        {steps.map((step) => (
          <AnswerStep
            key={step.id}
            message={step}
            live={streaming}
            streaming={streaming && step === lastStep}
            caret={caret && step === lastStep}
            waiting={step === lastStep ? waiting : null}
          />
        ))}
        {streaming && awaitsWords(lastStep, confirmations) && (
          <Bubble text="" reasoning="" streaming caret={caret} waiting={waiting} entering />
        )}
        {!streaming && <Offers offers={offers.filter((offer, at) => firstWith(offers, offer.href) === at)} />}
        {done && question && isFirst && <DraftLink question={question} />}
      </div>
      {streaming && <LiveUsage />}
      {streaming && text !== '' && (
        <AnswerActions steps={steps} question={question} isFirst={isFirst} last={last} live>
          {null}
        </AnswerActions>
      )}
      {facts && (done || link !== 'steady') && (
        <AnswerStatus facts={facts} link={streaming || link === 'lost' ? link : 'steady'} actions={actions} />
      )}
      {done && facts && (
        <AnswerActions steps={steps} question={question} isFirst={isFirst} last={last} live={false}>
          {text !== '' && <UsageLine facts={facts} />}
        </AnswerActions>
      )}
    </Article>
  );
});

/** Nothing of the step that comes next is there yet, and no tool runs that says so itself. */
function awaitsWords(
  step: UIMessage | undefined,
  confirmations: Parameters<typeof toolCallsOf>[1]['confirmations'],
): boolean {
  if (step === undefined) return true;
  const calls = toolCallsOf(step, { live: true, confirmations });
  if (calls.length === 0) return textOf(step) === '' && reasoningOf(step) === '';
  return calls.every((call) => call.state !== 'running');
}

const firstWith = (offers: readonly { readonly href: string }[], href: string): number =>
  offers.findIndex((offer) => offer.href === href);

function UsageLine({ facts }: { facts: AnswerFacts }) {
  const { data } = useModels();
  const label = data?.models.find((model) => model.id === facts.model)?.label ?? facts.model;
  const line = usageLine(facts, label);
  return line && <span className="tabular-nums">{line}</span>;
}

function Waiting({ hasText }: { hasText: boolean }) {
  const since = useConversationState((state) => state.lastTextAt);
  const now = useNow({ ticking: true, everyMs: 500 });
  const line = since === 0 ? null : waitingLine({ silentMs: now - since, hasText });
  return line && <span className="text-small text-muted tabular-nums">{line}</span>;
}

const lastQuestion = (messages: readonly UIMessage[]): string => {
  const question = messages.findLast((message) => message.role === 'user');
  return question === undefined ? '' : textOf(question);
};
