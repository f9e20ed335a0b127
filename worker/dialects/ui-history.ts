// A transcript as the AI SDK's clients hold it: what the stream makes of a run, without the stream. All that the assistant
// says until the user speaks again is one message, by the id of the run that began it.
import type { UIMessage } from 'ai';
import type { ShownMessage } from '../../durable/conversation/requests.ts';
import { jsonOrText } from '../json-or-text.ts';
import { toConfirmation } from '../transcript-view.ts';
import { errorTextOf, NOT_RUN } from './ui-tool-calls.ts';

type Part = UIMessage['parts'][number];
type Call = Extract<ShownMessage['parts'][number], { type: 'tool-call' }>;
type Card = ShownMessage['confirmations'][number];

/** @param activeRunId the run that is being answered: a client takes it up as a stream, so it is left out here */
export function toUiMessages(shown: readonly ShownMessage[], activeRunId: string | null): UIMessage[] {
  const messages: UIMessage[] = [];
  for (const message of shown) {
    if (message.role === 'user')
      messages.push({ id: message.id, role: 'user', parts: message.parts.flatMap(toTextParts) });
    else if (message.runId !== activeRunId) append(messages, message);
  }
  return messages;
}

function append(messages: UIMessage[], message: ShownMessage): void {
  const last = messages.at(-1);
  const parts: Part[] = [
    { type: 'step-start' },
    ...message.parts.flatMap((part) => toParts(part, message)),
    ...dataOf(message),
  ];
  const { runId, status, error } = message;
  const metadata = { runId, status, ...(error && { error }) };
  if (last?.role !== 'assistant') messages.push({ id: runId, role: 'assistant', metadata, parts });
  else messages.splice(-1, 1, { ...last, metadata, parts: [...last.parts, ...parts] });
}

const toTextParts = (part: ShownMessage['parts'][number]): Part[] =>
  part.type === 'text' ? [{ type: 'text', text: part.content }] : [];

function toParts(part: ShownMessage['parts'][number], message: ShownMessage): Part[] {
  if (part.type === 'text') return [{ type: 'text', text: part.content, state: 'done' }];
  if (part.type === 'thinking') return [{ type: 'reasoning', text: part.content, state: 'done' }];
  return [toCallPart(part, message)];
}

function toCallPart(call: Call, { replies, confirmations }: ShownMessage): Part {
  const reply = replies.find(({ callId }) => callId === call.id);
  const card = confirmations.find(({ toolCallId }) => toolCallId === call.id);
  const input = call.arguments === '' ? {} : jsonOrText(call.arguments);
  const part = { type: `tool-${call.name}` as const, toolCallId: call.id, input };
  if (card?.state === 'pending')
    // A click that is being carried out cannot be made again.
    return card.decidedAt === null
      ? { ...part, state: 'approval-requested', approval: approvalOf(card) }
      : { ...part, state: 'approval-responded', approval: { ...approvalOf(card), approved: true } };
  if (card?.state === 'cancelled')
    return { ...part, state: 'output-denied', approval: { ...approvalOf(card), approved: false } };
  const approval = card?.state === 'confirmed' ? { approval: { ...approvalOf(card), approved: true as const } } : {};
  const output = reply && jsonOrText(reply.content);
  return reply && !reply.isError
    ? { ...part, ...approval, state: 'output-available', output }
    : { ...part, state: 'output-error', errorText: reply ? errorTextOf(output) : NOT_RUN };
}

const approvalOf = ({ approvalId, card }: Card) => ({ id: approvalId, requestReason: card.message });

function dataOf({ replies, confirmations }: ShownMessage): Part[] {
  const cards = confirmations.map((card) => ({
    type: 'data-confirmation' as const,
    id: card.approvalId,
    data: toConfirmation(card),
  }));
  const links = replies.flatMap(({ callId, link }) =>
    link
      ? [
          {
            type: `data-${link.kind}` as const,
            id: callId,
            data: { toolCallId: callId, path: link.path, label: link.label },
          },
        ]
      : [],
  );
  return [...links, ...cards];
}
