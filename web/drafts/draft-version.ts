// One version of a draft as the page holds it: what it was made of, its text, how it ended and what the check found. Built
// from the stream's own events, and from stored messages after a reload. Pure.
import type { Message } from '../../worker/contract.ts';
import type { StreamEvent } from '../chat/answer-facts.ts';
import { asRecord, asText } from '../chat/unknown-value.ts';

type Stored = NonNullable<Message['draft']>;
export type DraftSource = Extract<Stored, { type: 'brief' }>['sources'][number];
type Check = Extract<Stored, { type: 'check' }>;
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
  readonly status: Message['status'];
  readonly error: string | null;
};

export const beginVersion = (given: Pick<DraftVersion, 'runId' | 'templateId' | 'fields'>): DraftVersion => ({
  ...given,
  sources: [],
  notes: [],
  text: '',
  check: null,
  status: 'streaming',
  error: null,
});

/** Our own server's words, whose shapes the contract says. */
export function observeDraft(version: DraftVersion, event: StreamEvent): DraftVersion {
  switch (event.type) {
    case 'RUN_STARTED':
      // A replay begins anew.
      return beginVersion(version);
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
    case 'RUN_FINISHED': {
      const isStopped = asRecord(event['outcome'])['type'] === 'cancelled';
      return { ...version, status: isStopped ? 'stopped' : 'complete' };
    }
    case 'RUN_ERROR': {
      const isCut = asText(event['code']) === 'RUN_INTERRUPTED';
      return { ...version, status: isCut ? 'interrupted' : 'failed', error: asText(event['message']) };
    }
    default:
      return version;
  }
}

/** The versions that a session keeps, oldest first; what was said in it besides is none. */
export function versionsOf(messages: readonly Message[]): DraftVersion[] {
  return messages.flatMap((question): DraftVersion[] => {
    const { draft: brief, runId } = question;
    if (brief?.type !== 'brief') return [];
    const answer = messages.findLast((message) => message.runId === runId && message.role === 'assistant');
    const { templateId, fields, sources, notes } = brief;
    const begun = { ...beginVersion({ runId, templateId, fields }), sources, notes };
    if (!answer) return [{ ...begun, status: 'interrupted' }];
    const text = answer.parts.map((part) => (part.type === 'text' ? part.content : '')).join('');
    const check = answer.draft?.type === 'check' ? answer.draft : null;
    return [{ ...begun, text, check, status: answer.status, error: answer.error?.detail ?? null }];
  });
}

const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as T[]) : []);
