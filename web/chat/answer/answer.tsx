// One answer of the assistant: its steps (text, tool calls, approvals), the links it offers, how it ended, what it used,
// and the actions below it.
import type { UIMessage } from '@tanstack/ai-client';
import { ArrowUpRight, DraftingCompass, ExternalLink, FilePenLine } from 'lucide-react';
import type { ReactNode } from 'react';
import { memo, useMemo } from 'react';
import { Link } from 'wouter';
import { cx } from '../../design/cx.ts';
import { useModels } from '../../queries.ts';
import { asRecord, asText } from '../../unknown-value.ts';
import { ApprovalCard } from '../approvals/approval-card.tsx';
import { useConversation, useConversationState } from '../conversation.tsx';
import { formatCost, formatCount, usageText, waitingText } from '../format.ts';
import { Article, Bubble } from '../transcript/message.tsx';
import { AnswerActions } from '../transcript/message-actions.tsx';
import { piecesOf, reasoningOf, textOf } from '../transcript/message-text.ts';
import { useNow } from '../use-now.ts';
import type { AnswerLink } from './answer-link.ts';
import { type AnswerMetadata, turnMetadata } from './answer-metadata.ts';
import { AnswerStatus } from './answer-status.tsx';
import { toolCallsOf } from './tool-call.ts';
import { ToolLabels } from './tool-labels.tsx';

type AnswerProps = {
  /** The model's messages; empty before the first one. */
  steps: readonly UIMessage[];
  metadata?: AnswerMetadata;
  /** The question it answers; null if it isn't loaded. */
  question?: UIMessage | null;
  /** The first answer to the question; later ones continue after an approval. */
  isFirst?: boolean;
  position: number;
  total: number;
  last: boolean;
};

export const NO_STEPS: readonly UIMessage[] = [];

export const Answer = memo(function Answer(props: AnswerProps) {
  const { steps, metadata: given, question = null, isFirst = false, position, total, last } = props;
  const conversation = useConversation();
  const log = useConversationState((state) => state.log);
  const tools = useConversationState((state) => state.tools);
  const metadata = useMemo(() => given ?? turnMetadata(steps, log), [given, steps, log]);
  const streaming = useConversationState((state) => last && state.live);
  const connection = useConversationState((state) => (last ? state.connection : 'steady'));
  const text = steps
    .map(textOf)
    .filter((stepText) => stepText !== '')
    .join('\n\n');
  const status = streaming ? 'streaming' : (metadata?.status ?? 'complete');
  const done = !streaming && status !== 'streaming';

  const approvals = tools.approvals;
  const links = steps.flatMap((step) =>
    toolCallsOf(step, { live: streaming, approvals }).flatMap((call) => tools.links[call.id] ?? []),
  );
  const caret = streaming && connection === 'steady';
  const waiting = caret ? <Waiting hasText={text !== ''} /> : null;
  const lastStep = steps.at(-1);

  const ask = (text: string) => conversation.send(text);
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
        {streaming && isWaitingForText(lastStep, approvals) && (
          <Bubble text="" reasoning="" streaming caret={caret} waiting={waiting} entering />
        )}
        {!streaming && (
          <AnswerLinks links={links.filter((link, at) => links.findIndex(({ href }) => href === link.href) === at)} />
        )}
        {done && question && isFirst && <DraftLink question={question} />}
      </div>
      {streaming && <LiveUsage />}
      {streaming && text !== '' && (
        <AnswerActions steps={steps} question={question} isFirst={isFirst} last={last} live>
          {null}
        </AnswerActions>
      )}
      {metadata && (done || connection !== 'steady') && (
        <AnswerStatus
          metadata={metadata}
          connection={streaming || connection === 'lost' ? connection : 'steady'}
          actions={actions}
        />
      )}
      {done && metadata && (
        <AnswerActions steps={steps} question={question} isFirst={isFirst} last={last} live={false}>
          {text !== '' && <UsageLine metadata={metadata} />}
        </AnswerActions>
      )}
    </Article>
  );
});

type StepProps = {
  message: UIMessage;
  /** The step's run is still active. */
  live: boolean;
  /** More text of this step can arrive. */
  streaming: boolean;
  caret: boolean;
  waiting: ReactNode;
};

/** One message of the model: its text and the tools it called, in its order, and the approvals these need. */
const AnswerStep = memo(function AnswerStep({ message, live, streaming, caret, waiting }: StepProps) {
  const approvals = useConversationState((state) => state.tools.approvals);
  const calls = toolCallsOf(message, { live, approvals });
  const pieces = piecesOf(message);
  const reasoning = reasoningOf(message);
  // The fold of its reasoning is above its first words.
  const [first] = pieces;
  const shown = reasoning !== '' && !(first && 'text' in first) ? [{ text: '' }, ...pieces] : pieces;
  const growing = streaming && calls.length === 0;
  const cards = calls.map((call) => approvals[call.id]).filter((card) => card !== undefined);
  return (
    <>
      {shown.map((piece, index) =>
        'text' in piece ? (
          <Bubble
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces are only added at the end
            key={index}
            text={piece.text}
            reasoning={index === 0 ? reasoning : ''}
            streaming={growing || (streaming && piece.text !== '' && index === shown.length - 1)}
            caret={growing && caret}
            waiting={growing ? waiting : null}
          />
        ) : (
          <ToolLabels key={piece.callIds[0]} calls={calls.filter(({ id }) => piece.callIds.includes(id))} />
        ),
      )}
      {cards.map((card) => (
        <ApprovalCard key={card.approvalId} approval={card} />
      ))}
    </>
  );
});

/** No text of the next step has arrived yet, and no running tool call shows progress instead. */
function isWaitingForText(
  step: UIMessage | undefined,
  approvals: Parameters<typeof toolCallsOf>[1]['approvals'],
): boolean {
  if (step === undefined) return true;
  const calls = toolCallsOf(step, { live: true, approvals });
  if (calls.length === 0) return textOf(step) === '' && reasoningOf(step) === '';
  return calls.every((call) => call.state !== 'running');
}

function UsageLine({ metadata }: { metadata: AnswerMetadata }) {
  const { data } = useModels();
  const labelOf = (id: string) => data?.models.find((model) => model.id === id)?.label ?? id;
  const models = metadata.models ?? (metadata.model === null ? [] : [metadata.model]);
  // A fallback may take over between two steps.
  const line = usageText(metadata, models.length === 0 ? null : models.map(labelOf).join(', then '));
  return line && <span className="tabular-nums">{line}</span>;
}

function Waiting({ hasText }: { hasText: boolean }) {
  const since = useConversationState((state) => state.lastTextAt);
  const summarizing = useConversationState((state) => state.summarizing);
  const now = useNow({ ticking: true, everyMs: 500 });
  if (summarizing) return <span className="text-small text-muted">Summarizing earlier messages…</span>;
  const line = since === 0 ? null : waitingText({ silentMs: now - since, hasText });
  return line && <span className="text-small text-muted tabular-nums">{line}</span>;
}

const lastQuestion = (messages: readonly UIMessage[]): string => {
  const question = messages.findLast((message) => message.role === 'user');
  return question === undefined ? '' : textOf(question);
};

/** From an answer that is a draft to its page, with the form, the sources and the check. */
function DraftLink({ question }: { question: UIMessage }) {
  const { id } = useConversation();
  const draft = asRecord(asRecord(asRecord(question.metadata)['groundwire'])['draft']);
  const template = asText(draft['templateId']);
  if (draft['type'] !== 'brief' || template === null) return null;
  return (
    <Link
      href={`/drafts/${template}?session=${id}`}
      className="inline-flex min-h-6 items-center gap-1.5 self-start rounded-control text-small text-accent hover:underline touch:min-h-11"
    >
      <FilePenLine size={14} aria-hidden />
      {`Open as draft: ${asText(draft['templateName']) ?? template}`}
    </Link>
  );
}

/** Changes every second, so it is hidden from screen readers. */
function LiveUsage() {
  const running = useConversationState((state) => state.log.activeRun?.running ?? null);
  if (running === null) return null;
  return (
    <p className="mt-2 text-meta text-muted tabular-nums" aria-hidden>
      About {formatCount(running.inputTokens)} in, {formatCount(running.outputTokens)} out ·{' '}
      {formatCost(running.costMicros)} so far
    </p>
  );
}

/** Pages of this product open here, external links in a new tab. */
function AnswerLinks({ links }: { links: readonly AnswerLink[] }) {
  if (links.length === 0) return null;
  return (
    <ul aria-label="Links" className="flex flex-wrap gap-2">
      {links.map((link) => (
        <li key={link.href} className="min-w-0">
          <AnswerLinkButton link={link} />
        </li>
      ))}
    </ul>
  );
}

function AnswerLinkButton({ link }: { link: AnswerLink }) {
  const style = cx(BUTTON, link.kind === 'workspace' ? PRIMARY : PLAIN);
  if (link.external) {
    return (
      <a href={link.href} target="_blank" rel="noopener noreferrer nofollow" className={style}>
        <span className="truncate">{link.label}</span>
        <ExternalLink size={16} aria-hidden className="shrink-0" />
        <span className="sr-only">(opens in a new tab)</span>
      </a>
    );
  }
  return (
    <Link href={link.href} className={style}>
      {link.kind === 'workspace' && <DraftingCompass size={16} aria-hidden className="shrink-0" />}
      <span className="truncate">{link.label}</span>
      {link.kind === 'navigation' && <ArrowUpRight size={16} aria-hidden className="shrink-0 text-accent" />}
    </Link>
  );
}

const BUTTON =
  'inline-flex h-9 max-w-full items-center gap-1.5 rounded-control px-3 font-medium transition-colors touch:h-11';
const PLAIN = 'border border-line-strong bg-raised shadow-raised hover:border-accent hover:bg-accent-soft';
const PRIMARY = 'bg-accent text-on-accent hover:bg-accent-strong';
