// Who is signed in, how to sign in, and which organization the user acts in.

import * as z from 'zod';
import { exactText } from '../../../durable/input-text.ts';
import { Plan } from '../../../durable/principal.ts';

const Org = z.object({ slug: z.string(), name: z.string(), role: z.string() });

export const Me = z
  .object({
    user: z.object({ id: z.uuid(), name: z.string(), email: z.string() }),
    org: z.object({
      id: z.uuid(),
      slug: z.string(),
      name: z.string(),
      plan: Plan,
      role: z.string(),
      permissions: z.array(z.string()),
      features: z.record(z.string(), z.boolean()),
    }),
    orgs: z.array(Org),
    isSignInRecent: z
      .boolean()
      .meta({ description: 'Whether changes that need a recent sign-in are accepted without signing in again.' }),
    environment: z.enum(['production', 'local']),
    demo: z.boolean(),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;

export const OrgSelection = z.strictObject({ slug: exactText().min(1).max(255) }).meta({ id: 'OrgSelection' });

export const SignInQuery = z.strictObject({
  return: exactText().max(2048).optional().meta({ description: 'The page of this product to open after signing in.' }),
  fresh: z
    .literal('1')
    .optional()
    .meta({ description: 'The provider asks the user to prove who they are, even if they are signed in there.' }),
});

/** Providers may add parameters of their own. */
export const CallbackQuery = z.looseObject({
  state: exactText().optional(),
  code: exactText().optional(),
  iss: exactText().optional(),
  error: exactText().optional(),
});

export const SignInMethods = z
  .object({
    oidc: z
      .object({ name: z.string().nullable(), path: z.string() })
      .nullable()
      .meta({ description: 'The organization’s identity provider: its name, and the path that starts a sign-in.' }),
  })
  .meta({ id: 'SignInMethods' });
export type SignInMethods = z.infer<typeof SignInMethods>;

export const SignedOut = z
  .object({
    next: z
      .string()
      .meta({ description: 'Where to send the browser next: the provider’s sign-out page, or the start page.' }),
  })
  .meta({ id: 'SignedOut' });
export type SignedOut = z.infer<typeof SignedOut>;

const Time = z.iso.datetime();

export const SignInList = z
  .object({
    signIns: z.array(
      z.object({
        id: z.uuid(),
        device: z.string().nullable().meta({ description: 'Browser and system, as the browser said.' }),
        place: z.string().nullable().meta({ description: 'City and country by network address, if known.' }),
        createdAt: Time,
        lastUsedAt: Time.meta({ description: 'Accurate to a minute.' }),
        expiresAt: Time,
        isCurrent: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'SignInList' });
export type SignInList = z.infer<typeof SignInList>;

export const SignInsToEnd = z
  .strictObject({ which: z.enum(['others', 'all']).meta({ description: '`others` keeps the one of this request.' }) })
  .meta({ id: 'SignInsToEnd' });

export const EndedSignIns = z.object({ ended: z.int() }).meta({ id: 'EndedSignIns' });
