import { describe, expect, test } from 'vitest';
import type { Message } from '../../worker/contract.ts';
import type { StreamEvent } from '../chat/answer-facts.ts';
import { beginVersion, observeDraft, versionsOf } from './draft-version.ts';

const BEGUN = beginVersion({ runId: 'r1', templateId: 'email', fields: { a: 'b' } });
const SOURCE = { number: 1, kind: 'Show', title: 'Denver', path: '/workspace/shows/1' };
const FINDING = { kind: 'date', text: 'July 5', reason: 'stands in no source' } as const;

const EVENTS: readonly StreamEvent[] = [
  { type: 'RUN_STARTED', runId: 'r1' },
  { type: 'CUSTOM', name: 'draft', value: { sources: [SOURCE], notes: ['cut'] } },
  { type: 'TEXT_MESSAGE_CONTENT', delta: 'Hello ' },
  { type: 'TEXT_MESSAGE_CONTENT', delta: 'Denver' },
  { type: 'CUSTOM', name: 'draft-check', value: { checked: 3, findings: [FINDING], missing: ['doors'] } },
  { type: 'CUSTOM', name: 'cost', value: {} },
  { type: 'RUN_FINISHED', outcome: { type: 'success' } },
];
const told = (events: readonly StreamEvent[]) => events.reduce(observeDraft, BEGUN);

describe('a stream', () => {
  test('brings sources, text, check and end', () => {
    expect(told(EVENTS)).toEqual({
      ...BEGUN,
      sources: [SOURCE],
      notes: ['cut'],
      text: 'Hello Denver',
      check: { checked: 3, findings: [FINDING], missing: ['doors'] },
      status: 'complete',
    });
  });

  test('that is replayed from its start says everything once', () => {
    expect(told([...EVENTS.slice(0, 4), ...EVENTS])).toEqual(told(EVENTS));
  });

  test('ends stopped, interrupted or failed, each with what came so far', () => {
    const begun = EVENTS.slice(0, 4);
    expect(told([...begun, { type: 'RUN_FINISHED', outcome: { type: 'cancelled' } }])).toMatchObject({
      status: 'stopped',
    });
    const cut = told([...begun, { type: 'RUN_ERROR', code: 'RUN_INTERRUPTED', message: 'cut off' }]);
    expect(cut).toMatchObject({ status: 'interrupted', text: 'Hello Denver', error: 'cut off' });
    const failed = told([...begun, { type: 'RUN_ERROR', code: 'PROVIDER_STALLED', message: 'silent' }]);
    expect(failed).toMatchObject({ status: 'failed', error: 'silent' });
  });
});

describe('a session', () => {
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

  test('has a version for each form that was sent, and none for what was said besides', () => {
    const talk = [message({ role: 'user', runId: 'r2', draft: null, parts: [] }), answer('r2', 'talk')];
    const versions = versionsOf([question('r1'), answer('r1', 'one'), ...talk, question('r3'), answer('r3', 'two')]);
    expect(versions.map(({ runId, text, sources }) => [runId, text, sources.length])).toEqual([
      ['r1', 'one', 1],
      ['r3', 'two', 1],
    ]);
  });

  test('a form without an answer is an interrupted version', () => {
    expect(versionsOf([question('r1')])).toMatchObject([{ status: 'interrupted', text: '', check: null }]);
  });
});
