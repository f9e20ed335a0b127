// What tool calls brought besides text: decisions to take, places to go, how long they ran. From the stream's own events
// and, after a reload, from what was stored with each message. Pure.

import type { UIMessage } from '@tanstack/ai-client';
import type { Confirmation } from '../../worker/contract.ts';
import type { StreamEvent } from './answer-facts.ts';
import { laterConfirmation, parseConfirmation } from './confirmation.ts';
import { type Offer, parseOffer } from './offer.ts';
import { asRecord, asText } from './unknown-value.ts';

export type ToolLog = {
  /** By tool call. */
  readonly confirmations: Readonly<Record<string, Confirmation>>;
  readonly offers: Readonly<Record<string, readonly Offer[]>>;
  /** Unix milliseconds on this page's clock. */
  readonly spans: Readonly<Record<string, { readonly startedAt: number; readonly endedAt: number | null }>>;
};

export const EMPTY_TOOL_LOG: ToolLog = { confirmations: {}, offers: {}, spans: {} };

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
      if (event['name'] === 'confirmation') return addConfirmation(log, event['value']);
      if (event['name'] === 'navigation' || event['name'] === 'workspace')
        return addOffer(log, event['name'], event['value']);
      return log;
    default:
      return log;
  }
}

/** Adds what was stored with messages. */
export function readStored(log: ToolLog, messages: readonly UIMessage[]): ToolLog {
  let next = log;
  for (const message of messages) {
    const stored = asRecord(asRecord(message.metadata)['groundwire']);
    for (const value of asList(stored['confirmations'])) next = addConfirmation(next, value);
    for (const value of asList(stored['navigation'])) next = addOffer(next, 'navigation', value);
    for (const value of asList(stored['workspaces'])) next = addOffer(next, 'workspace', value);
  }
  return next;
}

export function addConfirmation(log: ToolLog, value: unknown): ToolLog {
  const told = parseConfirmation(value);
  if (told === null) return log;
  const confirmation = laterConfirmation(log.confirmations[told.toolCallId], told);
  return { ...log, confirmations: { ...log.confirmations, [told.toolCallId]: confirmation } };
}

function addOffer(log: ToolLog, kind: Offer['kind'], value: unknown): ToolLog {
  const offer = parseOffer(kind, value);
  const toolCallId = asText(asRecord(value)['toolCallId']);
  if (offer === null || toolCallId === null) return log;
  const known = log.offers[toolCallId] ?? [];
  if (known.some((other) => other.href === offer.href)) return log;
  return { ...log, offers: { ...log.offers, [toolCallId]: [...known, offer] } };
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
