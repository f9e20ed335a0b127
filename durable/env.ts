// The Worker's variables and secrets, parsed once. Bindings keep the types that `wrangler types` gives them.
// A missing or malformed value stops the first request with its name, never with its content.
import { z } from 'zod';

const KEY_BYTES = 32;

const optionalText = z
  .string()
  .optional()
  // An empty line in .dev.vars means "not set".
  .transform((text) => (text === '' ? undefined : text));

const key = z
  .base64()
  .transform((text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)))
  .refine((bytes) => bytes.length >= KEY_BYTES, `needs at least ${KEY_BYTES} bytes in base64`);

const Settings = z
  .object({
    ENVIRONMENT: z.enum(['production', 'local']),
    /** The address that people open, where it differs from the one that the Worker is asked at. */
    PUBLIC_ORIGIN: optionalText.pipe(z.url().optional()),
    /** Bearer tokens of the organisation's own identity provider; all three, or none. */
    JWT_ISSUER: optionalText,
    JWT_AUDIENCE: optionalText,
    JWT_JWKS_URL: optionalText.pipe(z.url().optional()),
    /** The one `typ` that such tokens carry. */
    JWT_TYPE: optionalText.pipe(z.enum(['at+jwt', 'JWT']).default('at+jwt')),
    /** Sign-in in the browser at the organisation's own provider; issuer and client together, or neither. */
    OIDC_ISSUER: optionalText.pipe(z.url().optional()),
    OIDC_CLIENT_ID: optionalText,
    /** None for a client that the provider has as public. */
    OIDC_CLIENT_SECRET: optionalText,
    /** What the sign-in button calls the provider. */
    OIDC_NAME: optionalText,
    /** `1` takes an address of this issuer as verified where it says nothing about that. */
    OIDC_TRUST_EMAIL: optionalText.pipe(z.literal('1').optional()),
    /** Where invitations are handed over for sending, and the secret that signs them; both, or neither. */
    INVITE_WEBHOOK_URL: optionalText.pipe(z.url().optional()),
    INVITE_WEBHOOK_SECRET: optionalText.pipe(key.optional()),
    DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'needs to be a postgresql:// address'),
    /** `<key id>:<32 bytes in base64>`, signs the claims that Postgres verifies. */
    CLAIM_KEY: z.string().regex(/^[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43,}={0,2}$/, 'needs the form <key id>:<base64>'),
    /** Signs our own session tokens. */
    SESSION_KEY: key,
    /** Wrap the keys of what is stored sealed: `<version>:<32 bytes in base64>`, comma-separated, the current one first. */
    MASTER_KEYS: z
      .string()
      .regex(
        /^[\w-]{1,32}:[A-Za-z0-9+/]{43}=( *, *[\w-]{1,32}:[A-Za-z0-9+/]{43}=)*$/,
        'needs the form <version>:<base64>',
      ),
    ANTHROPIC_API_KEY: optionalText,
    ANTHROPIC_MODEL: optionalText,
    ANTHROPIC_BASE_URL: optionalText,
    OPENAI_API_KEY: optionalText,
    OPENAI_MODEL: optionalText,
    OPENAI_BASE_URL: optionalText,
    /** Hosts, besides the providers' own, that an org's settings may send its key to; comma-separated. */
    PROVIDER_HOSTS: optionalText,
    /** Local only: where Neon's HTTP endpoint is played. */
    NEON_FETCH_ENDPOINT: optionalText,
    /** How long a conversation gathers events before it stores them, where its own default is not wanted. */
    FLUSH_WINDOW_MS: z.coerce.number().int().min(1).max(1_000).optional(),
    /** How many requests of one person may make a model work, steadily and at once. */
    AI_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(60_000).default(30),
    AI_BURST: z.coerce.number().int().min(1).max(60_000).default(10),
    /** `1` where the demo model answers, so that nobody takes it for an AI. */
    DEMO_MODEL: optionalText,
  })
  .refine(
    (settings) => {
      const issuer = [settings.JWT_ISSUER, settings.JWT_AUDIENCE, settings.JWT_JWKS_URL];
      return issuer.every((value) => value === undefined) || issuer.every((value) => value !== undefined);
    },
    { path: ['JWT_ISSUER'], error: 'JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL are set together or not at all' },
  )
  .refine(({ OIDC_ISSUER, OIDC_CLIENT_ID }) => (OIDC_ISSUER === undefined) === (OIDC_CLIENT_ID === undefined), {
    path: ['OIDC_ISSUER'],
    error: 'OIDC_ISSUER and OIDC_CLIENT_ID are set together or not at all',
  })
  .refine(
    ({ INVITE_WEBHOOK_URL, INVITE_WEBHOOK_SECRET }) =>
      (INVITE_WEBHOOK_URL === undefined) === (INVITE_WEBHOOK_SECRET === undefined),
    {
      path: ['INVITE_WEBHOOK_URL'],
      error: 'INVITE_WEBHOOK_URL and INVITE_WEBHOOK_SECRET are set together or not at all',
    },
  )
  .superRefine((settings, context) => {
    for (const name of ['JWT_JWKS_URL', 'OIDC_ISSUER', 'INVITE_WEBHOOK_URL'] as const) {
      if (isSafeAddress(settings[name], settings.ENVIRONMENT)) continue;
      context.addIssue({ code: 'custom', path: [name], message: 'needs https' });
    }
  });
export type Settings = z.output<typeof Settings>;

const parsed = new WeakMap<object, Settings>();

/** The settings of this Worker or object. @throws Error that names the settings at fault. */
export function settingsOf(env: object): Settings {
  const known = parsed.get(env);
  if (known) return known;
  const settings = parseSettings(env);
  parsed.set(env, settings);
  return settings;
}

export function parseSettings(env: unknown): Settings {
  const result = Settings.safeParse(env);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`Settings of the Worker are not usable. ${faults.join('; ')}`);
}

/** Plain http is for this machine, in development. */
function isSafeAddress(url: string | undefined, environment: 'production' | 'local'): boolean {
  if (url === undefined || url.startsWith('https://')) return true;
  return environment === 'local' && ['localhost', '127.0.0.1'].includes(new URL(url).hostname);
}
