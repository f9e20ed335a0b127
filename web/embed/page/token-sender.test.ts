import { describe, expect, test } from 'vitest';
import type { TokenReply } from './host-link.ts';
import { createTokenSender, renewalOf } from './token-sender.ts';

const NOW = 1_700_000_000_000;
const tokenFor = (name: string, secondsLeft = 600): string =>
  `${name}.${btoa(JSON.stringify({ exp: NOW / 1000 + secondsLeft }))}.x`;

function world(replies: TokenReply[]) {
  const state = { now: NOW, asked: [] as boolean[], sent: [] as Headers[], refused: new Set<string>(), signedOut: 0 };
  const send = createTokenSender({
    org: 'acme',
    askForToken: async (isRenewal) => {
      state.asked.push(isRenewal);
      return replies.shift() ?? { ok: false, reason: 'threw' };
    },
    send: async (_input, init) => {
      const headers = new Headers(init?.headers);
      state.sent.push(headers);
      expect(init?.credentials).toBe('omit');
      const token = (headers.get('Authorization') ?? '').slice('Bearer '.length);
      return new Response(null, { status: state.refused.has(token) ? 401 : 200 });
    },
    now: () => state.now,
    onSignedOut: () => {
      state.signedOut += 1;
    },
    wordsFor: (reason) => ({ title: reason, detail: reason }),
  });
  return { state, send };
}

describe('requests with the host’s token', () => {
  test('name the organization, and share one token and one question for it', async () => {
    const token = tokenFor('one');
    const { send, state } = world([{ ok: true, token }]);
    const replies = await Promise.all([send('/a'), send('/b', { headers: { accept: 'text/plain' } })]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(state.asked).toEqual([false]);
    expect(state.sent.map((headers) => headers.get('Authorization'))).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
    expect(state.sent[1]?.get('X-Org')).toBe('acme');
    expect(state.sent[1]?.get('accept')).toBe('text/plain');
  });

  test('renew the token before it expires', async () => {
    const { send, state } = world([
      { ok: true, token: tokenFor('one', 60) },
      { ok: true, token: tokenFor('two', 600) },
    ]);
    await send('/a');
    state.now += 50_000;
    await send('/b');
    expect(state.asked).toEqual([false, true]);
    expect(state.sent[1]?.get('Authorization')).toContain('two');
  });

  test('are repeated once with a new token after a 401', async () => {
    const [one, two] = [tokenFor('one'), tokenFor('two')];
    const { send, state } = world([
      { ok: true, token: one },
      { ok: true, token: two },
    ]);
    state.refused.add(one);
    const replies = await Promise.all([send('/a'), send('/b')]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(state.asked).toEqual([false, true]);
    expect(state.signedOut).toBe(0);
  });

  test('stay 401 if the new token is refused too, and the host learns it', async () => {
    const [one, two] = [tokenFor('one'), tokenFor('two')];
    const { send, state } = world([
      { ok: true, token: one },
      { ok: true, token: two },
    ]);
    state.refused.add(one).add(two);
    expect((await send('/a')).status).toBe(401);
    expect(state.signedOut).toBe(1);
  });

  test('are not repeated with the same token', async () => {
    const one = tokenFor('one');
    const { send, state } = world([
      { ok: true, token: one },
      { ok: true, token: one },
    ]);
    state.refused.add(one);
    expect((await send('/a')).status).toBe(401);
    expect(state.sent).toHaveLength(1);
  });

  test.each(['threw', 'timeout', 'invalid'] as const)(
    'without a token (%s) are refused by name, and work later',
    async (reason) => {
      const { send, state } = world([
        { ok: false, reason },
        { ok: true, token: tokenFor('one') },
      ]);
      const refused = await send('/a');
      expect([refused.status, (await refused.json()).code]).toEqual([503, 'TOKEN_UNAVAILABLE']);
      expect(state.sent).toHaveLength(0);
      expect((await send('/a')).status).toBe(200);
    },
  );
});

test('a token is renewed by its own time, but never at once', () => {
  expect(renewalOf(tokenFor('x', 600), NOW)).toBe(NOW + 570_000);
  expect(renewalOf(tokenFor('x', 40), NOW)).toBe(NOW + 30_000);
  expect(renewalOf(tokenFor('x', -100), NOW)).toBe(NOW + 10_000);
  expect(renewalOf('opaque', NOW)).toBe(Number.POSITIVE_INFINITY);
});
