// The alga wire: text as it arrives, `{"content": …, "done": false}` per frame, then `{"content": "", "done": true}`. Other
// frames have a `type` and empty content, so that a client that only joins contents also shows the right text.
import type { ErrorCode } from '../../../durable/errors.ts';
import { jsonOrText } from '../../http/read-json.ts';
import type { Encode, Payload } from '../projection.ts';
import type { Decision, Proposal, RunSummary, RunSummaryEnd } from '../run-summary.ts';
import type { SimpleMessage } from './alga-request.ts';

/** As a stream. It always ends with `done`; an error comes right before it. */
export function encodeSimple(summary: RunSummary, messages: readonly SimpleMessage[]): Encode {
  return function encode(event): readonly Payload[] {
    const addition = summary.take(event);
    switch (addition?.kind) {
      case 'text':
        return [{ content: addition.delta, done: false, type: 'content_delta' }];
      case 'reasoning':
        return [{ ...NO_TEXT, type: 'reasoning_delta', delta: addition.delta }];
      case 'end':
        return [...ending(addition.end, summary, messages), DONE];
      default:
        return [];
    }
  };
}

const NO_TEXT = { content: '', done: false } as const;
const DONE = { content: '', done: true, type: 'done' } as const;

function ending(end: RunSummaryEnd, summary: RunSummary, messages: readonly SimpleMessage[]): readonly Payload[] {
  switch (end.kind) {
    case 'complete':
      return [];
    case 'cut':
      return [{ ...NO_TEXT, type: 'cut' }];
    case 'stopped':
      return [{ ...NO_TEXT, type: 'stopped' }];
    case 'refused':
    case 'failed':
      return [{ ...NO_TEXT, ...toFailure(end) }];
    case 'waiting':
      return end.proposals.map((proposal, index) => ({
        ...NO_TEXT,
        ...toProposed(proposal, summary),
        // Only with the last proposal, which clients keep. A long transcript is not sent more than once.
        ...(index === end.proposals.length - 1 && goOnWith(messages, summary)),
      }));
  }
}

const toFailure = ({ code, detail }: { code: ErrorCode; detail: string }) => ({ type: 'error', error: detail, code });

/** A title as a stream in the same form. */
export const encodeTitle = (title: string): string =>
  [{ content: title, done: false, type: 'text' }, DONE].map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('');

/** As one JSON object. */
export function toSimpleReply(
  summary: RunSummary,
  { messages, sessionId }: { readonly messages: readonly SimpleMessage[]; readonly sessionId: string },
): object {
  const end = summary.end();
  if (end.kind === 'failed' || end.kind === 'refused') return { ...toFailure(end), ...partialOf(summary), sessionId };
  if (end.kind === 'waiting') {
    const [first, ...others] = end.proposals.map((proposal) => toProposed(proposal, summary));
    // Clients of this wire handle one at a time.
    return { ...first, ...goOnWith(messages, summary), ...(others.length > 0 && { others }), sessionId };
  }
  const [decision] = summary.decisions();
  return {
    type: 'assistant_message',
    message: { role: 'assistant', content: summary.text(), ...reasoningOf(summary) },
    ...(end.kind === 'stopped' && { stopped: true }),
    ...(end.kind === 'cut' && { cut: true }),
    ...(decision && { functionCall: { ...toCall(decision), result: resultOf(decision, summary) } }),
    ...goOnWith(messages, summary),
    sessionId,
  };
}

function toProposed(proposal: Proposal, summary: RunSummary) {
  const { approvalId, toolCallId, toolName, input, title, message, expiresAt } = proposal;
  return {
    type: 'function_proposed',
    function: {
      id: toolName,
      displayName: title,
      description: message,
      approvalRequired: true,
      arguments: input,
      expiresAt,
    },
    assistantPreview: summary.text() || message,
    ...(summary.reasoning() !== '' && { assistantReasoning: summary.reasoning() }),
    functionCall: { ...toCall({ approvalId, toolCallId, toolName }), arguments: input },
  };
}

const toCall = (call: Pick<Proposal, 'approvalId' | 'toolCallId' | 'toolName'> & { readonly state?: string }) => ({
  id: call.approvalId,
  name: call.toolName,
  toolCallId: call.toolCallId,
  entryId: call.toolName,
  ...(call.state !== undefined && { state: call.state }),
});

function resultOf({ toolCallId }: Decision, summary: RunSummary): unknown {
  const content = summary.resultOf(toolCallId);
  return content === undefined ? null : jsonOrText(content);
}

/** The transcript. The client and the model get the same one. */
function goOnWith(messages: readonly SimpleMessage[], summary: RunSummary) {
  const content = summary.text();
  const nextMessages =
    content === '' ? messages : [...messages, { role: 'assistant', content, ...reasoningOf(summary) }];
  return { nextMessages, modelMessages: nextMessages };
}

const reasoningOf = (summary: RunSummary) =>
  summary.reasoning() === '' ? {} : { reasoning: summary.reasoning(), reasoning_content: summary.reasoning() };

const partialOf = (summary: RunSummary) => (summary.text() === '' ? {} : { partial: summary.text() });
