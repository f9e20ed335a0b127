// One version of a draft: its inputs, text, status and check results. Built from stream events, or from stored messages
// after a reload. Pure.
import type { Message } from '../../worker/api/messages/messages-schema.ts';
import { type AnswerMetadata, readEnding, type StreamEvent } from '../chat/answer/answer-metadata.ts';
import { asRecord, asText } from '../unknown-value.ts';

type StoredDraft = NonNullable<Message['draft']>;
export type DraftSource = Extract<StoredDraft, { type: 'brief' }>['sources'][number];
type Check = Extract<StoredDraft, { type: 'check' }>;
export type DraftCheck = {
  readonly checked: number;
  readonly findings: readonly Check['findings'][number][];
  readonly missing: readonly string[];
};

export type DraftVersion = {
  readonly runId: string;
  readonly templateId: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly sources: readonly DraftSource[];
  readonly notes: readonly string[];
  readonly text: string;
  readonly check: DraftCheck | null;
  readonly status: AnswerMetadata['status'];
  readonly cause: string | null;
  readonly error: string | null;
  readonly requestId: string | null;
};

export const createVersion = (given: Pick<DraftVersion, 'runId' | 'templateId' | 'fields'>): DraftVersion => ({
  ...given,
  sources: [],
  notes: [],
  text: '',
  check: null,
  status: 'streaming',
  cause: null,
  error: null,
  requestId: null,
});

/** Trusts event payloads, because our own server sends them. */
export function applyDraftEvent(version: DraftVersion, event: StreamEvent): DraftVersion {
  switch (event.type) {
    case 'RUN_STARTED':
      // A replay starts from the beginning.
      return createVersion(version);
    case 'TEXT_MESSAGE_CONTENT':
      return { ...version, text: version.text + (asText(event['delta']) ?? '') };
    case 'CUSTOM': {
      const value = asRecord(event['value']);
      if (event['name'] === 'draft')
        return { ...version, sources: listOf<DraftSource>(value['sources']), notes: listOf<string>(value['notes']) };
      if (event['name'] !== 'draft-check') return version;
      const checked = typeof value['checked'] === 'number' ? value['checked'] : 0;
      const check = { checked, findings: listOf<DraftCheck['findings'][number]>(value['findings']) };
      return { ...version, check: { ...check, missing: listOf<string>(value['missing']) } };
    }
    case 'RUN_FINISHED':
    case 'RUN_ERROR': {
      const { status, cause, error, requestId = null } = readEnding(event);
      return { ...version, status, cause, error: error?.detail ?? null, requestId: error ? requestId : null };
    }
    default:
      return version;
  }
}

/** The versions in a session, oldest first. Chat messages in the session are skipped. */
export function versionsOf(messages: readonly Message[]): DraftVersion[] {
  return messages.flatMap((question): DraftVersion[] => {
    const { draft: brief, runId } = question;
    if (brief?.type !== 'brief') return [];
    const answer = messages.findLast((message) => message.runId === runId && message.role === 'assistant');
    const { templateId, fields, sources, notes } = brief;
    const version = { ...createVersion({ runId, templateId, fields }), sources, notes };
    if (!answer) return [{ ...version, status: 'interrupted' }];
    const text = answer.parts.map((part) => (part.type === 'text' ? part.content : '')).join('');
    const check = answer.draft?.type === 'check' ? answer.draft : null;
    const { ending, error } = answer;
    const ended = {
      status: ending?.kind ?? answer.status,
      cause: ending?.cause ?? null,
      error: error?.detail ?? null,
      requestId: error ? (ending?.requestId ?? null) : null,
    };
    return [{ ...version, text, check, ...ended }];
  });
}

const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as T[]) : []);
