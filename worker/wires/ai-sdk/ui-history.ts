// A transcript as AI SDK clients hold it: the same messages that the stream produces. Everything that the assistant says
// between two messages of the user is one message, with the id of the run that started it.
import type { UIMessage } from 'ai';
import type { ShownMessage } from '../../../durable/contracts/conversation.ts';
import { toConfirmation } from '../../api/messages/messages-view.ts';
import { jsonOrText } from '../../http/read-json.ts';
import { errorTextOf, NOT_RUN } from './ui-tool-calls.ts';

type UiPart = UIMessage['parts'][number];
type ToolPart = Extract<ShownMessage['parts'][number], { type: 'tool-call' }>;
type Card = ShownMessage['confirmations'][number];

/** @param activeRunId left out here, because the client reads the active run as a stream */
export function toUiMessages(shown: readonly ShownMessage[], activeRunId: string | null): UIMessage[] {
  const messages: UIMessage[] = [];
  for (const message of shown) {
    if (message.role === 'user')
      messages.push({
        id: message.id,
        role: 'user',
        // Types and titles only.
        ...(message.context && { metadata: { context: message.context } }),
        parts: message.parts.flatMap(toTextParts),
      });
    else if (message.runId !== activeRunId) append(messages, message);
  }
  return messages;
}

function append(messages: UIMessage[], message: ShownMessage): void {
  const last = messages.at(-1);
  const parts: UiPart[] = [
    { type: 'step-start' },
    ...message.parts.flatMap((part) => toParts(part, message)),
    ...dataOf(message),
  ];
  const { runId, status, error, ending } = message;
  const metadata = { runId, status, ...(error && { error }), ...(ending && { ending }) };
  if (last?.role !== 'assistant') messages.push({ id: runId, role: 'assistant', metadata, parts });
  else messages.splice(-1, 1, { ...last, metadata, parts: [...last.parts, ...parts] });
}

const toTextParts = (part: ShownMessage['parts'][number]): UiPart[] =>
  part.type === 'text' ? [{ type: 'text', text: part.content }] : [];

function toParts(part: ShownMessage['parts'][number], message: ShownMessage): UiPart[] {
  if (part.type === 'text') return [{ type: 'text', text: part.content, state: 'done' }];
  if (part.type === 'thinking') return [{ type: 'reasoning', text: part.content, state: 'done' }];
  return [toCallPart(part, message)];
}

function toCallPart(call: ToolPart, { replies, confirmations }: ShownMessage): UiPart {
  const reply = replies.find(({ callId }) => callId === call.id);
  const card = confirmations.find(({ toolCallId }) => toolCallId === call.id);
  const input = call.arguments === '' ? {} : jsonOrText(call.arguments);
  const part = { type: `tool-${call.name}` as const, toolCallId: call.id, input };
  if (card?.state === 'pending')
    // An approved change that is running can't be approved again.
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

function dataOf({ replies, confirmations }: ShownMessage): UiPart[] {
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
