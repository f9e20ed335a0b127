// Sends an invitation to the deployment's own mailer: one signed POST in the form of Standard Webhooks. We send no mail
// ourselves. A failure never fails the invitation, because the person who invites gets the link too.
import type { Settings } from '../../../durable/env.ts';
import { logFailure } from '../../../durable/log.ts';
import type { Invitation } from './members-schema.ts';

const TIMEOUT_MS = 5_000;

export type InvitationMail = {
  readonly invitation: Invitation;
  readonly link: string;
  readonly org: { readonly slug: string; readonly name: string };
};

/** Whether the mailer accepted it; false if there is none. */
export async function sendInvitation(
  settings: Pick<Settings, 'INVITE_WEBHOOK_URL' | 'INVITE_WEBHOOK_SECRET'>,
  mail: InvitationMail,
): Promise<boolean> {
  const { INVITE_WEBHOOK_URL: url, INVITE_WEBHOOK_SECRET: secret } = settings;
  if (url === undefined || secret === undefined) return false;
  const id = mail.invitation.id;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const body = JSON.stringify({ type: 'invitation.created', timestamp: new Date().toISOString(), data: mail });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${await sign(secret, `${id}.${timestamp}.${body}`)}`,
      },
      body,
      // No redirects: the link lets its holder into the org.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    logFailure('invitation_webhook.failed', error, { invitationId: id });
    return false;
  }
}

async function sign(secret: Uint8Array, text: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(mac)));
}
