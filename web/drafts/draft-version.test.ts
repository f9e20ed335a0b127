import { describe, expect, test } from 'vitest';
import type { Message } from '../../worker/api/messages/messages-schema.ts';
import type { StreamEvent } from '../chat/answer/answer-metadata.ts';
import { applyDraftEvent, createVersion, versionsOf } from './draft-version.ts';

const BEGUN = createVersion({ runId: 'r1', templateId: 'email', fields: { a: 'b' } });
const SOURCE = { number: 1, kind: 'Show', title: 'Denver', path: '/workspace/shows/1' };
const FINDING = { kind: 'date', text: 'July 5', reason: 'in no source' } as const;

const EVENTS: readonly StreamEvent[] = [
  { type: 'RUN_STARTED', runId: 'r1' },
  { type: 'CUSTOM', name: 'draft', value: { sources: [SOURCE], notes: ['cut'] } },
  { type: 'TEXT_MESSAGE_CONTENT', delta: 'Hello ' },
  { type: 'TEXT_MESSAGE_CONTENT', delta: 'Denver' },
  { type: 'CUSTOM', name: 'draft-check', value: { checked: 3, findings: [FINDING], missing: ['doors'] } },
  { type: 'CUSTOM', name: 'cost', value: {} },
  { type: 'RUN_FINISHED', outcome: { type: 'success' } },
];
const replay = (events: readonly StreamEvent[]) => events.reduce(applyDraftEvent, BEGUN);

describe('observeDraft', () => {
  test('collects sources, text, check and status', () => {
    expect(replay(EVENTS)).toEqual({
      ...BEGUN,
      sources: [SOURCE],
      notes: ['cut'],
      text: 'Hello Denver',
      check: { checked: 3, findings: [FINDING], missing: ['doors'] },
      status: 'complete',
    });
  });

  test('doesn’t duplicate content when the stream replays from its start', () => {
    expect(replay([...EVENTS.slice(0, 4), ...EVENTS])).toEqual(replay(EVENTS));
  });

  test('keeps the partial text when the run is stopped, interrupted or failed', () => {
    const started = EVENTS.slice(0, 4);
    expect(replay([...started, { type: 'RUN_FINISHED', outcome: { type: 'cancelled' } }])).toMatchObject({
      status: 'stopped',
    });
    const cut = replay([...started, { type: 'RUN_ERROR', code: 'RUN_INTERRUPTED', message: 'cut off' }]);
    expect(cut).toMatchObject({ status: 'interrupted', text: 'Hello Denver', error: 'cut off' });
    const failed = replay([...started, { type: 'RUN_ERROR', code: 'PROVIDER_STALLED', message: 'silent' }]);
    expect(failed).toMatchObject({ status: 'failed', error: 'silent' });
  });
});

describe('versionsOf', () => {
  const blank = { status: 'complete', createdAt: '', error: null } as const;
  const message = (given: object): Message => ({ ...blank, ...given }) as unknown as Message;
  const brief = {
    type: 'brief',
    templateId: 'email',
    templateName: 'Email',
    fields: { a: 'b' },
    sources: [SOURCE],
    notes: [],
  };
  const question = (runId: string) => message({ role: 'user', runId, draft: brief, parts: [] });
  const answer = (runId: string, text: string) =>
    message({
      ...{ role: 'assistant', runId, parts: [{ type: 'text', content: text }] },
      draft: { type: 'check', checked: 1, findings: [], missing: [] },
    });

  test('returns one version per submitted form and skips chat messages', () => {
    const talk = [message({ role: 'user', runId: 'r2', draft: null, parts: [] }), answer('r2', 'talk')];
    const versions = versionsOf([question('r1'), answer('r1', 'one'), ...talk, question('r3'), answer('r3', 'two')]);
    expect(versions.map(({ runId, text, sources }) => [runId, text, sources.length])).toEqual([
      ['r1', 'one', 1],
      ['r3', 'two', 1],
    ]);
  });

  test('marks a form without an answer as interrupted', () => {
    expect(versionsOf([question('r1')])).toMatchObject([{ status: 'interrupted', text: '', check: null }]);
  });
});
