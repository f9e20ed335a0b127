// What tool calls produced besides text: approvals, links and run times. Built from stream events and, after a reload,
// from stored messages. Pure.
import type { UIMessage } from '@tanstack/ai-client';
import { asRecord, asText } from '../../unknown-value.ts';
import type { Approval } from '../approvals/approval.ts';
import { latestApproval, parseApproval } from '../approvals/approval.ts';
import { type AnswerLink, parseAnswerLink } from './answer-link.ts';
import type { StreamEvent } from './answer-metadata.ts';

export type ToolLog = {
  /** By tool call id. */
  readonly approvals: Readonly<Record<string, Approval>>;
  readonly links: Readonly<Record<string, readonly AnswerLink[]>>;
  /** Run times by tool call id, in Unix milliseconds on this page's clock. */
  readonly spans: Readonly<Record<string, { readonly startedAt: number; readonly endedAt: number | null }>>;
};

export const EMPTY_TOOL_LOG: ToolLog = { approvals: {}, links: {}, spans: {} };

export function observeTool(log: ToolLog, event: StreamEvent, now: number): ToolLog {
  const toolCallId = asText(event['toolCallId']);
  switch (event.type) {
    case 'TOOL_CALL_START':
      if (toolCallId === null || log.spans[toolCallId] !== undefined) return log;
      return { ...log, spans: { ...log.spans, [toolCallId]: { startedAt: now, endedAt: null } } };
    case 'TOOL_CALL_RESULT': {
      const span = toolCallId === null ? undefined : log.spans[toolCallId];
      if (toolCallId === null || span === undefined || span.endedAt !== null) return log;
      return { ...log, spans: { ...log.spans, [toolCallId]: { ...span, endedAt: now } } };
    }
    case 'CUSTOM':
      if (event['name'] === 'confirmation') return addApproval(log, event['value']);
      if (event['name'] === 'navigation' || event['name'] === 'workspace')
        return addLink(log, event['name'], event['value']);
      return log;
    default:
      return log;
  }
}

/** Adds the approvals and links stored with messages. */
export function readStored(log: ToolLog, messages: readonly UIMessage[]): ToolLog {
  let next = log;
  for (const message of messages) {
    const stored = asRecord(asRecord(message.metadata)['groundwire']);
    for (const value of asList(stored['confirmations'])) next = addApproval(next, value);
    for (const value of asList(stored['navigation'])) next = addLink(next, 'navigation', value);
    for (const value of asList(stored['workspaces'])) next = addLink(next, 'workspace', value);
  }
  return next;
}

export function addApproval(log: ToolLog, value: unknown): ToolLog {
  const received = parseApproval(value);
  if (received === null) return log;
  const approval = latestApproval(log.approvals[received.toolCallId], received);
  return { ...log, approvals: { ...log.approvals, [received.toolCallId]: approval } };
}

function addLink(log: ToolLog, kind: AnswerLink['kind'], value: unknown): ToolLog {
  const link = parseAnswerLink(kind, value);
  const toolCallId = asText(asRecord(value)['toolCallId']);
  if (link === null || toolCallId === null) return log;
  const known = log.links[toolCallId] ?? [];
  if (known.some((other) => other.href === link.href)) return log;
  return { ...log, links: { ...log.links, [toolCallId]: [...known, link] } };
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
