// A user's own sign-in sessions: where they are signed in, and ending that. Also for users without an org.

import * as z from 'zod';
import { accountOf } from '../../../durable/contracts/account.ts';
import { AppError } from '../../../durable/errors.ts';
import { noteSignIn } from '../../admission/edge-events.ts';
import { clearBrowser } from '../../auth/session-cookie.ts';
import { defineRoute } from '../../routing/define-route.ts';
import { EndedSignIns, SignInList, SignInsToEnd } from './identity-schema.ts';

const PATH = '/api/v1/me/sign-ins';

export const signInListRoutes = [
  defineRoute({
    method: 'get',
    paths: [PATH],
    tag: 'account',
    permission: 'account',
    summary: 'List your sign-in sessions',
    reply: { status: 200, description: 'The one used last first.', schema: SignInList },
    handler: async (c) => {
      const { subject, signInId } = c.get('principal');
      const signIns = await accountOf(c.env, subject).listSignIns();
      return {
        signIns: signIns.map((one) => ({
          id: one.signInId,
          device: one.device,
          place: one.place,
          createdAt: timeOf(one.openedAt),
          lastUsedAt: timeOf(one.usedAt),
          expiresAt: timeOf(one.expiresAt),
          isCurrent: one.signInId === signInId,
        })),
      };
    },
  }),
  defineRoute({
    method: 'delete',
    paths: [`${PATH}/{signInId}`],
    tag: 'account',
    permission: 'account',
    summary: 'End one of your sign-in sessions',
    params: z.object({ signInId: z.uuid() }),
    reply: { status: 204, description: 'Its token no longer works.' },
    errors: ['NOT_FOUND'],
    handler: async (c, { params: { signInId } }) => {
      const { subject } = c.get('principal');
      const account = accountOf(c.env, subject);
      const known = await account.listSignIns();
      if (!known.some((one) => one.signInId === signInId)) throw new AppError('NOT_FOUND');
      await account.closeSignIn(signInId);
      noteSignIn(c, subject, 'sign_in.ended');
      return undefined;
    },
  }),
  defineRoute({
    method: 'post',
    paths: [`${PATH}/end`],
    tag: 'account',
    permission: 'account',
    summary: 'End your other sign-in sessions, or all of them',
    body: SignInsToEnd,
    reply: { status: 200, description: 'How many ended. Their tokens no longer work.', schema: EndedSignIns },
    handler: async (c, { body: { which } }) => {
      const { subject, signInId } = c.get('principal');
      const keptId = which === 'others' ? (signInId ?? null) : null;
      const ended = await accountOf(c.env, subject).closeSignIns({ keptId });
      if (which === 'all') clearBrowser(c);
      if (ended > 0) noteSignIn(c, subject, 'sign_in.ended');
      return { ended };
    },
  }),
];

const timeOf = (seconds: number): string => new Date(seconds * 1000).toISOString();
