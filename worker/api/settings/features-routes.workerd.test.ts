import { beforeAll, describe, expect, test } from 'vitest';
import { TEST_ORGS } from '../../../local/testing/test-orgs.ts';
import { ask, chatBody, readEvents, readProblem, type Visitor, visitorFor } from '../../visitor.fixture.ts';
import type { Me } from '../identity/identity-schema.ts';
import type { ExperimentalFeatureList } from './settings-schema.ts';

const PATH = '/api/v1/settings/experimental-features';
const { people } = TEST_ORGS.features;

let admin: Visitor;
let second: Visitor;
let member: Visitor;
beforeAll(async () => {
  [admin, second, member] = await Promise.all([
    visitorFor(people.admin.subject),
    visitorFor(people.second.subject),
    visitorFor(people.member.subject),
  ]);
});

const list = async (visitor: Visitor) => (await visitor(PATH)).json<ExperimentalFeatureList>();
const put = (visitor: Visitor, body: unknown) => visitor(PATH, { method: 'PUT', body });
async function save(visitor: Visitor, features: Record<string, boolean>): Promise<void> {
  const { version } = await list(visitor);
  expect((await put(visitor, { features, version })).status).toBe(200);
}
const featuresOf = async (visitor: Visitor) => (await (await visitor('/api/v1/me')).json<Me>()).org.features;
const chat = (visitor: Visitor) =>
  visitor('/api/v1/ai/chat', { body: chatBody(crypto.randomUUID(), `run-${crypto.randomUUID()}`, 'Say hello') });

describe('experimental features', () => {
  test('are listed for every member, in the documented words', async () => {
    const shown = await list(member);
    expect(shown).toMatchObject({
      warning: 'Experimental features may change or be removed without notice.',
      mayUpdate: false,
      version: expect.any(Number),
    });
    expect(shown.features).toContainEqual({
      key: 'aiAssistant',
      name: 'AI Assistant',
      description: 'Enable AI-powered Quick Ask and Chat sidebar',
      enabled: true,
    });
    expect(shown.features).toContainEqual(expect.objectContaining({ key: 'longAnswers', enabled: false }));
    expect(await list(admin)).toMatchObject({ mayUpdate: true });
  });

  test('only people with the permission can change them (R19)', async () => {
    const { version } = await list(admin);
    const body = { features: { longAnswers: true }, version };
    expect(await readProblem(await put(member, body))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await readProblem(await put(member, 'no json'))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await readProblem(await ask(PATH, { method: 'PUT', body }))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await readProblem(await ask(PATH))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await list(admin)).toMatchObject({ version });
  });

  test.each([
    ['an unknown feature', { features: { telepathy: true }, version: 1 }],
    ['an unknown key', { features: { longAnswers: true }, version: 1, orgId: TEST_ORGS.settings.id }],
    ['__proto__', '{"features": {"__proto__": {"aiAssistant": true}}, "version": 1}'],
    ['no feature', { features: {}, version: 1 }],
    ['a value that is no boolean', { features: { longAnswers: 'yes' }, version: 1 }],
    ['no version', { features: { longAnswers: true } }],
  ])('refuses %s and changes nothing (R20)', async (_name, body) => {
    const before = await list(admin);
    expect(await readProblem(await put(admin, body))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await list(admin)).toEqual(before);
  });

  test('a save returns the current state, and a page reload shows it at once', async () => {
    await save(admin, { longAnswers: true });
    expect(await featuresOf(member)).toMatchObject({ aiAssistant: true, longAnswers: true });
    await save(admin, { longAnswers: false });
    expect(await featuresOf(member)).toMatchObject({ longAnswers: false });
    expect(await list(member)).toMatchObject({ updatedBy: 'admin of features', updatedAt: expect.any(String) });
  });

  test('the later of two simultaneous saves gets both values, and nothing is lost', async () => {
    await save(admin, { longAnswers: false });
    const { version } = await list(admin);
    expect((await put(admin, { features: { longAnswers: true }, version })).status).toBe(200);
    const late = await put(second, { features: { longAnswers: false, aiAssistant: true }, version });
    expect(await readProblem(late)).toMatchObject({
      ...{ status: 409, code: 'SETTINGS_CONFLICT' },
      conflict: { version: version + 1, values: [{ field: 'longAnswers', stored: true, sent: false }] },
    });
    expect(await featuresOf(second)).toMatchObject({ longAnswers: true });
    await save(admin, { longAnswers: false });
  });

  test('the assistant’s switch turns the assistant off and on for everyone', async () => {
    await save(admin, { aiAssistant: false });
    // After a page reload the refusal is immediate.
    expect(await featuresOf(member)).toMatchObject({ aiAssistant: false });
    expect(await readProblem(await chat(member))).toMatchObject({
      ...{ status: 403, code: 'ASSISTANT_DISABLED', detail: 'AI Assistant is not enabled for this tenant' },
    });
    // The switch itself is not behind the switch.
    expect(await list(member)).toMatchObject({ mayUpdate: false });
    await save(admin, { aiAssistant: true });
    expect(await featuresOf(member)).toMatchObject({ aiAssistant: true });
    expect((await readEvents(await chat(member))).at(-1)?.event.type).toBe('RUN_FINISHED');
  });
});
