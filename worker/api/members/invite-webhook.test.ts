import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type InvitationMail, sendInvitation } from './invite-webhook.ts';

const SECRET = new Uint8Array(32).fill(7);
const MAIL: InvitationMail = {
  invitation: {
    id: '0f000000-0000-4000-8000-000000000001',
    email: 'nia@new.test',
    role: 'member',
    invitedBy: 'Anna',
    createdAt: '2026-11-20T12:00:00.000Z',
    expiresAt: '2026-11-27T12:00:00.000Z',
    isExpired: false,
  },
  link: 'https://groundwire.test/invite#token',
  org: { slug: 'acme', name: 'Acme' },
};

const received: { headers: Record<string, unknown>; body: string }[] = [];
let status = 204;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(status, { Location: '/elsewhere' }).end();
  });
});
let url = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mail`;
});
afterAll(() => server.close());
beforeEach(() => {
  received.length = 0;
  status = 204;
});

test('sends the link in a signed message (Standard Webhooks)', async () => {
  expect(await sendInvitation({ INVITE_WEBHOOK_URL: url, INVITE_WEBHOOK_SECRET: SECRET }, MAIL)).toBe(true);
  const [message] = received;
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = message?.headers ?? {};
  expect(id).toBe(MAIL.invitation.id);
  const expected = createHmac('sha256', SECRET).update(`${id}.${timestamp}.${message?.body}`).digest('base64');
  expect(signature).toBe(`v1,${expected}`);
  expect(JSON.parse(message?.body ?? '')).toMatchObject({ type: 'invitation.created', data: MAIL });
});

test.each([500, 307])('counts a reply of %i as not sent and follows no redirect', async (answer) => {
  status = answer;
  expect(await sendInvitation({ INVITE_WEBHOOK_URL: url, INVITE_WEBHOOK_SECRET: SECRET }, MAIL)).toBe(false);
  expect(received).toHaveLength(1);
});

test('an unreachable mailer fails nothing, and the link is not logged', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const away = { INVITE_WEBHOOK_URL: 'http://127.0.0.1:1/', INVITE_WEBHOOK_SECRET: SECRET };
  expect(await sendInvitation(away, MAIL)).toBe(false);
  expect(log).toHaveBeenCalledOnce();
  expect(JSON.stringify(log.mock.calls)).not.toContain('token');
});

test('returns false without a mailer', async () => {
  expect(await sendInvitation({ INVITE_WEBHOOK_URL: undefined, INVITE_WEBHOOK_SECRET: undefined }, MAIL)).toBe(false);
});
