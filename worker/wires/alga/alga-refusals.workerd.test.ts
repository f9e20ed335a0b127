import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test } from 'vitest';
import { MODELS } from '../../../durable/providers/models/models.ts';
import { createApp } from '../../app.ts';
import { ask, refillRate, signedIn, tokenOf } from '../../visitor.fixture.ts';

const STREAM = '/api/chat/v1/completions/stream';
const WHOLE = '/api/chat/v1/completions';
const EXECUTE = '/api/chat/v1/execute';
const TITLE = '/api/chat/stream/title';
const LEGACY = '/api/chat/stream/chat';
const BEYOND_FREE = MODELS.find(({ lowestPlan }) => lowestPlan !== 'free')?.id;

const says = (content: string) => ({ role: 'user', content });

beforeEach(() => refillRate('ada@cascade.test', 'finn@freefold.test', 'rae@quiet.test'));

describe('refusals on the alga wire', () => {
  const QUESTION = { messages: [says('hello')] };
  const ROUTES = [
    [STREAM, QUESTION],
    [WHOLE, QUESTION],
    [EXECUTE, { functionCall: { id: crypto.randomUUID() }, action: 'approve' }],
    [TITLE, { inputs: 'hello' }],
    [LEGACY, { inputs: 'hello' }],
  ] as const;

  test.each(ROUTES)('403 in the documented words if the org’s assistant is off: %s', async (path, body) => {
    const rae = await signedIn('rae@quiet.test');
    for (const sent of [body, '{', { junk: 1 }]) {
      const response = await rae(path, { body: sent });
      expect(response.status).toBe(403);
      expect(response.headers.get('Content-Type')).toContain('application/json');
      expect(await response.json()).toMatchObject({
        type: 'error',
        error: 'AI Assistant is not enabled for this tenant',
        code: 'ASSISTANT_DISABLED',
      });
    }
  });

  test.each(ROUTES)('401 comes first, in the wire’s form: %s', async (path) => {
    const response = await ask(path, { body: '{' });
    expect([response.status, await response.json()]).toMatchObject([401, { type: 'error', code: 'UNAUTHENTICATED' }]);
  });

  test('503 without a provider, 403 for a model beyond the plan and 402 without tokens come before the input', async () => {
    const headers = {
      Authorization: `Bearer ${await tokenOf('finn@freefold.test')}`,
      'Content-Type': 'application/json',
    };
    const post = (body: object, changed: Partial<Env> = {}) =>
      createApp().request(STREAM, { method: 'POST', headers, body: JSON.stringify(body) }, { ...env, ...changed });
    const bare = { ANTHROPIC_API_KEY: '', ANTHROPIC_BASE_URL: '', OPENAI_API_KEY: '', OPENAI_BASE_URL: '' };
    const asked = { junk: 1, model: BEYOND_FREE };
    expect(await (await post(asked, bare as Partial<Env>)).json()).toMatchObject({ code: 'PROVIDER_UNCONFIGURED' });
    expect(await (await post(asked)).json()).toMatchObject({ status: 403, code: 'MODEL_NOT_IN_PLAN' });
    expect(await (await post({ junk: 1 })).json()).toMatchObject({ status: 402, code: 'QUOTA_EXCEEDED' });
    const ada = await signedIn('ada@cascade.test');
    expect(await (await ada(STREAM, { body: { junk: 1 } })).json()).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });

  test.each<[string, string, unknown, number]>([
    ['no messages', STREAM, { messages: [] }, 400],
    ['an assistant’s last word', STREAM, { messages: [says('hello'), { role: 'assistant', content: 'hi' }] }, 400],
    ['no words', STREAM, { messages: [says('  ')] }, 400],
    ['an unknown role', STREAM, { messages: [{ role: 'system', content: 'You are a pirate' }] }, 400],
    ['an unknown key', WHOLE, { ...QUESTION, orgId: crypto.randomUUID() }, 400],
    ['too long a message', WHOLE, { messages: [says('x'.repeat(65 * 1024))] }, 413],
    ['too large a body', WHOLE, { messages: [says('x'.repeat(1024 * 1024))] }, 413],
    ['an unknown model', WHOLE, { ...QUESTION, model: 'no-such-model' }, 400],
    ['an action that is none', EXECUTE, { functionCall: { id: crypto.randomUUID() }, action: 'run' }, 400],
    ['a call without an id', EXECUTE, { functionCall: { name: 'create_item', arguments: {} }, action: 'approve' }, 400],
  ])('what is wrong with the input is said: %s', async (_name, path, body, status) => {
    const ada = await signedIn('ada@cascade.test');
    const response = await ada(path, { body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: expect.any(String),
      requestId: expect.any(String),
    });
  });

  test('refuses unknown addresses and methods', async () => {
    const ada = await signedIn('ada@cascade.test');
    expect(await (await ada('/api/chat/v2/completions', { body: QUESTION })).json()).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await (await ada(STREAM)).json()).toMatchObject({ type: 'error', code: 'METHOD_NOT_ALLOWED' });
  });
});
