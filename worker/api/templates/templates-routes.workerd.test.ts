// Drafting over HTTP with the demo model: a draft is a run like any other, and form errors name their field.
import { beforeEach, describe, expect, test } from 'vitest';
import { productionId } from '../../../local/demo-data/production/ids.ts';
import { requireDemoProject, requireDemoShow } from '../../../local/demo-data/production/projects.ts';
import { ASSISTANT_PREFIXES } from '../../routing/define-route.ts';
import { readEvents, readProblem, refillRate, signedIn, stopClock } from '../../visitor.fixture.ts';
import type { Message } from '../messages/messages-schema.ts';
import type { TemplateList } from './templates-schema.ts';

const NORA = 'nora@northlight.test';
const PROJECT = requireDemoProject('GLASS-HORIZONS');
const SHOW = requireDemoShow('denver');
const EMAIL = { projectId: PROJECT, showId: SHOW, recipient: 'venue' };
const NOBODYS = '1f000000-0000-4000-8000-00000000dead';

const bodyOf = (fields: object, threadId: string = crypto.randomUUID()) => ({
  ...{ threadId, runId: `run-${crypto.randomUUID()}`, fields },
});
const pathOf = (template = 'advancing-email', prefix: string = ASSISTANT_PREFIXES[0]) =>
  `${prefix}/templates/${template}/draft`;

type Events = Awaited<ReturnType<typeof readEvents>>;
const custom = (events: Events, name: string) =>
  events.flatMap(({ event }) => (event.type === 'CUSTOM' && event['name'] === name ? [event['value']] : []));
const wordsOf = (events: Events) =>
  events.map(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? String(event['delta']) : '')).join('');

beforeEach(() => refillRate(NORA, 'max@northlight.test', 'ada@cascade.test'));

describe('the list', () => {
  test.each(ASSISTANT_PREFIXES)('%s has the four with their fields', async (prefix) => {
    const nora = await signedIn(NORA);
    const { templates } = await (await nora(`${prefix}/templates`)).json<TemplateList>();
    expect(templates.map(({ id }) => id)).toEqual([
      'advancing-email',
      'vendor-rfp',
      'incident-summary',
      'production-schedule',
    ]);
    expect(templates[0]?.fields.slice(0, 3)).toMatchObject([
      { name: 'projectId', kind: 'record', record: 'project', required: true },
      { name: 'showId', kind: 'record', record: 'show', within: 'projectId' },
      { name: 'recipient', kind: 'choice', options: [{ value: 'venue', label: 'The venue' }, {}, {}] },
    ]);
  });

  test('is empty for users without templates', async () => {
    const ada = await signedIn('ada@cascade.test');
    expect(await (await ada('/api/v1/ai/templates')).json()).toEqual({ templates: [] });
  });

  test('a field’s choices are records that the user can see', async () => {
    const nora = await signedIn(NORA);
    const path = '/api/v1/ai/templates/advancing-email/fields/showId/choices';
    const { choices } = await (await nora(`${path}?q=denver&within=${PROJECT}`)).json<{ choices: { id: string }[] }>();
    expect(choices).toMatchObject([{ id: SHOW, title: 'Denver' }]);
    for (const field of ['recipient', 'nothing']) {
      const response = await nora(`/api/v1/ai/templates/advancing-email/fields/${field}/choices`);
      expect(await readProblem(response)).toMatchObject({ status: 404 });
    }
  });
});

describe('a draft', () => {
  test.each(ASSISTANT_PREFIXES)(
    'streams under %s with its sources first, its check last, and a typed event at the end',
    async (prefix) => {
      const nora = await signedIn(NORA);
      const body = bodyOf(EMAIL);
      const response = await nora(pathOf('advancing-email', prefix), { body });
      expect(response.status).toBe(200);
      expect(response.headers.get('X-Session-Id')).toBe(body.threadId);
      expect(response.headers.get('RateLimit-Policy')).toContain('"ai"');
      const events = await readEvents(response);
      expect(events[0]?.event).toMatchObject({ type: 'RUN_STARTED', threadId: body.threadId, runId: body.runId });
      const [sources] = custom(events, 'draft') as [{ sources: { number: number; path: string }[]; notes: string[] }];
      expect(sources).toMatchObject({ templateId: 'advancing-email', templateName: 'Advancing email' });
      expect(sources.sources[0]).toMatchObject({ number: 1, kind: 'Project', path: `/workspace/projects/${PROJECT}` });
      expect(wordsOf(events)).toContain('Subject: Advance for Denver');
      expect(wordsOf(events)).toContain('Red Mesa Amphitheatre');
      const [check] = custom(events, 'draft-check');
      expect(check).toMatchObject({ findings: [], checked: expect.any(Number) });
      expect(events.at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
      const kinds = events.map(({ event }) => (event.type === 'CUSTOM' ? String(event['name']) : event.type));
      expect(kinds.indexOf('draft')).toBeLessThan(kinds.indexOf('TEXT_MESSAGE_CONTENT'));
      expect(kinds.indexOf('draft-check')).toBeGreaterThan(kinds.lastIndexOf('TEXT_MESSAGE_CONTENT'));
    },
  );

  test('is stored as a session: the filled form, its sources without their facts, the draft and its check', async () => {
    const nora = await signedIn(NORA);
    const body = bodyOf(EMAIL);
    await readEvents(await nora(pathOf(), { body }));
    const transcript = await nora(`/api/v1/ai/sessions/${body.threadId}/messages`);
    const { messages } = await transcript.json<{ messages: Message[] }>();
    expect(messages).toMatchObject([
      { role: 'user', draft: { type: 'brief', templateId: 'advancing-email', fields: EMAIL } },
      { role: 'assistant', draft: { type: 'check', findings: [] }, status: 'complete' },
    ]);
    expect(messages[0]?.parts).toMatchObject([{ type: 'text', content: expect.stringContaining('- Show: Denver') }]);
    expect(JSON.stringify(messages[0])).not.toMatch(/startsAt|dayRate|capacity/);
    const session = await (await nora(`/api/v1/ai/sessions/${body.threadId}`)).json<Record<string, unknown>>();
    expect(session).toMatchObject({ title: expect.stringContaining('Advancing email'), programId: PROJECT });
    const hydration = await (await nora(`/api/v1/ai/chat?threadId=${body.threadId}`)).json<{ messages: unknown[] }>();
    expect(hydration.messages).toMatchObject([{ metadata: { groundwire: { draft: { type: 'brief' } } } }, {}]);
  });

  test('replays a repeated run even if its rows are gone, and refuses other fields under its id (R44)', async () => {
    const nora = await signedIn(NORA);
    const body = bodyOf(EMAIL);
    const events = await readEvents(await nora(pathOf(), { body }));
    expect(await readEvents(await nora(pathOf(), { body }))).toEqual(events);
    expect(await readEvents(await nora(`/api/v1/ai/chat?threadId=${body.threadId}&runId=${body.runId}`))).toEqual(
      events,
    );
    const other = { ...body, fields: { ...EMAIL, recipient: 'crew' } };
    expect(await readProblem(await nora(pathOf(), { body: other }))).toMatchObject({
      status: 422,
      code: 'RUN_ID_REUSED',
    });
    const gone = { ...body, fields: { ...EMAIL, showId: NOBODYS } };
    expect(await readProblem(await nora(pathOf(), { body: gone }))).toMatchObject({
      status: 422,
      code: 'RUN_ID_REUSED',
    });
  });

  test('a second run in its session with other fields is a new version that ignores the first', async () => {
    const nora = await signedIn(NORA);
    const first = bodyOf(EMAIL);
    await readEvents(await nora(pathOf(), { body: first }));
    const again = bodyOf({ ...EMAIL, recipient: 'crew', notes: 'Bring rain gear.' }, first.threadId);
    const words = wordsOf(await readEvents(await nora(pathOf(), { body: again })));
    expect(words).toContain('Hello all,');
    expect(words).toContain('Bring rain gear.');
    const { messages } = await (await nora(`/api/v1/ai/sessions/${first.threadId}/messages`)).json<{
      messages: Message[];
    }>();
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  });

  test('can be continued like any conversation', async () => {
    const nora = await signedIn(NORA);
    const body = bodyOf(EMAIL);
    await readEvents(await nora(pathOf(), { body }));
    const chat = {
      threadId: body.threadId,
      runId: 'talk-on',
      messages: [{ id: 'm', role: 'user', content: 'Thank you' }],
    };
    const events = await readEvents(await nora('/api/v1/ai/chat', { body: chat }));
    expect(events.at(-1)?.event).toMatchObject({ type: 'RUN_FINISHED' });
    expect(custom(events, 'draft')).toEqual([]);
    expect(custom(events, 'draft-check')).toEqual([]);
  });

  test('names, but doesn’t show, what the member’s role can’t see', async () => {
    const max = await signedIn('max@northlight.test');
    const fields = { incidentId: productionId('incident', 1), audience: 'insurer' };
    const events = await readEvents(await max(pathOf('incident-summary'), { body: bodyOf(fields) }));
    const [{ notes, sources }] = custom(events, 'draft') as [{ notes: string[]; sources: { kind: string }[] }];
    expect(notes.join()).toContain('incidents:parties');
    expect(sources.map(({ kind }) => kind)).not.toContain('Party');
  });
});

describe('form errors name the field’s path', () => {
  test.each([
    [{}, ['fields.projectId', 'fields.showId', 'fields.recipient']],
    [{ ...EMAIL, showId: 'Denver' }, ['fields.showId']],
    [{ ...EMAIL, recipient: 'everybody' }, ['fields.recipient']],
    [{ ...EMAIL, replyBy: 'soon' }, ['fields.replyBy']],
    [{ ...EMAIL, notes: 'a\u0000b' }, ['fields.notes']],
    [{ ...EMAIL, showId: NOBODYS }, ['fields.showId']],
    [{ ...EMAIL, orgId: NOBODYS }, ['fields']],
  ])('%j', async (fields, paths) => {
    const nora = await signedIn(NORA);
    const problem = await readProblem(await nora(pathOf(), { body: bodyOf(fields) }));
    expect(problem).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(problem.issues?.map(({ path }) => path)).toEqual(paths);
  });

  test('stores nothing and creates no session', async () => {
    const nora = await signedIn(NORA);
    const body = bodyOf({ ...EMAIL, showId: NOBODYS });
    await readProblem(await nora(pathOf(), { body }));
    expect((await nora(`/api/v1/ai/sessions/${body.threadId}`)).status).toBe(404);
  });
});

describe('who can draft', () => {
  test('an unknown template and one that the user can’t use get the same reply', async () => {
    const nora = await signedIn(NORA);
    expect(await readProblem(await nora(pathOf('no-such'), { body: bodyOf(EMAIL) }))).toMatchObject({ status: 404 });
    const ada = await signedIn('ada@cascade.test');
    expect(await readProblem(await ada(pathOf(), { body: bodyOf(EMAIL) }))).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
    });
  });

  test('another user’s session accepts no draft', async () => {
    const [nora, max] = await Promise.all([signedIn(NORA), signedIn('max@northlight.test')]);
    const body = bodyOf(EMAIL);
    await readEvents(await nora(pathOf(), { body }));
    const theirs = await max(pathOf(), { body: bodyOf(EMAIL, body.threadId) });
    expect(await readProblem(theirs)).toMatchObject({ status: 404 });
  });
});

describe('the ai bucket', () => {
  stopClock();

  test('counts drafts, and refuses them when it is empty', async () => {
    const nora = await signedIn(NORA);
    const ask = () => nora(pathOf(), { body: bodyOf({}) });
    for (let asked = 0; asked < 10; asked += 1) expect((await ask()).status).toBe(400);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('2');
  });
});
