// A tool call as shown below an answer: its name, what it was about and how it went. Pure.
import type { UIMessage } from '@tanstack/ai-client';
import { asRecord, asText, parseJson } from '../../unknown-value.ts';
import type { Approval } from '../approvals/approval.ts';
import { isOpen } from '../approvals/approval.ts';

type ToolCallPart = Extract<UIMessage['parts'][number], { type: 'tool-call' }>;

export type ToolCall = {
  readonly id: string;
  readonly name: string;
  /** What the call was about, for example "PN-000123"; null if no short value names it. */
  readonly object: string | null;
  readonly state: 'running' | 'waiting' | 'done' | 'refused' | 'failed' | 'unknown' | 'unfinished';
  /** Why it was refused, as a message for the user. */
  readonly refusal: { readonly code: string; readonly message: string; readonly isOffer: boolean } | null;
  /** JSON text of the input and the result. */
  readonly input: string;
  readonly output: string | null;
};

const MAX_OBJECT_CHARS = 48;
const MAX_DETAIL_CHARS = 6_000;
const IS_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Keys whose value names an item, best first. */
const NAMING_KEYS = [/number$/i, /(?:^|_)(?:query|code)$/i, /name$/i, /^label$/i, /id$/i];

/** The calls of a message in order. `live` is true while its run is active. */
export function toolCallsOf(
  message: UIMessage,
  options: { live: boolean; approvals: Readonly<Record<string, Approval>> },
): ToolCall[] {
  return message.parts.flatMap((part) =>
    part.type === 'tool-call' ? [toToolCall(part, message, options.live, options.approvals[part.id])] : [],
  );
}

function toToolCall(part: ToolCallPart, message: UIMessage, live: boolean, approval: Approval | undefined): ToolCall {
  const result = message.parts.find((other) => other.type === 'tool-result' && other.toolCallId === part.id);
  const content = result?.type === 'tool-result' && typeof result.content === 'string' ? result.content : null;
  const output = content ?? (part.output === undefined ? null : JSON.stringify(part.output));
  const answer = output === null ? {} : asRecord(parseJson(output));
  const refusal = readRefusal(answer);
  const failed = part.state === 'error' || (result?.type === 'tool-result' && result.state === 'error');
  return {
    id: part.id,
    name: part.name,
    object: nameIn(parseJson(part.arguments)) ?? nameIn(answer),
    state: stateOf({ refused: refusal !== null, failed, answered: output !== null, live, approval }),
    // For a proposed change the approval card shows the decision.
    refusal: approval === undefined ? refusal : null,
    input: part.arguments,
    output,
  };
}

function stateOf(known: {
  refused: boolean;
  failed: boolean;
  answered: boolean;
  live: boolean;
  approval: Approval | undefined;
}): ToolCall['state'] {
  const decision = known.approval?.state;
  if (known.approval !== undefined && isOpen(known.approval)) return 'waiting';
  if (decision === 'pending') return 'running';
  if (decision === 'failed' || decision === 'unknown') return decision;
  if (decision === 'cancelled' || decision === 'expired') return 'unfinished';
  if (known.refused) return 'refused';
  if (known.failed) return 'failed';
  if (known.answered) return 'done';
  return known.live ? 'running' : 'unfinished';
}

/** A refused call, or one that offers a change order as the way to do it. */
function readRefusal(answer: Record<string, unknown>): ToolCall['refusal'] {
  const isOffer = answer['suggestCreateEco'] === true;
  if (answer['refused'] !== true && !isOffer) return null;
  return {
    code: asText(answer['code']) ?? 'REFUSED',
    message: asText(answer['message']) ?? 'This was blocked. Nothing was changed.',
    isOffer,
  };
}

/** The value that names an item in the arguments or the top levels of a result. Plain UUIDs are skipped. */
function nameIn(value: unknown, depth = 0): string | null {
  const entries = Object.entries(asRecord(value));
  for (const key of NAMING_KEYS) {
    for (const [name, text] of entries) {
      if (key.test(name) && typeof text === 'string' && text.trim() !== '' && !IS_UUID.test(text)) return short(text);
    }
  }
  if (depth === 2) return null;
  for (const [, inner] of entries) {
    const found = nameIn(inner, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

const short = (text: string): string => {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= MAX_OBJECT_CHARS ? line : `${line.slice(0, MAX_OBJECT_CHARS - 1).trimEnd()}…`;
};

/** Indented JSON, truncated if very long. */
export function formatDetail(text: string): string {
  const value = parseJson(text);
  const pretty = value === undefined ? text : JSON.stringify(value, null, 2);
  const left = pretty.length - MAX_DETAIL_CHARS;
  return left <= 0 ? pretty : `${pretty.slice(0, MAX_DETAIL_CHARS)}\n… ${left.toLocaleString('en-US')} more characters`;
}
