// The Worker's variables and secrets, parsed once. Bindings keep the types that `wrangler types` generates.
// A missing or invalid value fails the first request with the variable's name, never its content.
import * as z from 'zod';

const KEY_BYTES = 32;

const optionalText = z
  .string()
  .optional()
  // An empty line in .dev.vars means "not set".
  .transform((text) => (text === '' ? undefined : text));

/** A subject is `<issuer>|<sub>`. */
const issuerName = optionalText.refine((issuer) => !issuer?.includes('|'), 'must not contain |');

const key = z
  .base64()
  .transform((text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)))
  .refine((bytes) => bytes.length >= KEY_BYTES, `must be at least ${KEY_BYTES} bytes in base64`);

const Settings = z
  .object({
    ENVIRONMENT: z.enum(['production', 'local']),
    /** The origin of the pages: links, redirects and the origin check use it. Optional in local development. */
    PUBLIC_ORIGIN: optionalText.pipe(z.url().optional()).transform((url) => url && new URL(url).origin),
    /** Bearer tokens from the organization's identity provider. All three, or none. */
    JWT_ISSUER: issuerName,
    JWT_AUDIENCE: optionalText,
    JWT_JWKS_URL: optionalText.pipe(z.url().optional()),
    /** The `typ` of these tokens. */
    JWT_TYPE: optionalText.pipe(z.enum(['at+jwt', 'JWT']).default('at+jwt')),
    /** Browser sign-in with the organization's identity provider. Issuer and client together, or neither. */
    OIDC_ISSUER: issuerName.pipe(z.url().optional()),
    OIDC_CLIENT_ID: optionalText,
    /** Unset for a public client. */
    OIDC_CLIENT_SECRET: optionalText,
    /** The provider's name on the sign-in button. */
    OIDC_NAME: optionalText,
    /** `1` treats email addresses from this issuer as verified when the token does not say. */
    OIDC_TRUST_EMAIL: optionalText.pipe(z.literal('1').optional()),
    /** A webhook that sends invitations, and the secret that signs its requests. Both, or neither. */
    INVITE_WEBHOOK_URL: optionalText.pipe(z.url().optional()),
    INVITE_WEBHOOK_SECRET: optionalText.pipe(key.optional()),
    /** Opens the operator's API, which is off without it. */
    OPERATOR_TOKEN: optionalText.pipe(z.string().min(32, 'must have at least 32 characters').max(512).optional()),
    DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// address'),
    /** `<key id>:<32 bytes in base64>`. Signs the claims that Postgres verifies. */
    CLAIM_KEY: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43,}={0,2}$/, 'must have the form <key id>:<base64>'),
    /** Signs our own session tokens. */
    SESSION_KEY: key,
    /** How long a sign-in lives, and how long it lives without any request. */
    SIGN_IN_LIFETIME_HOURS: z.coerce.number().int().min(1).max(168).default(12),
    SIGN_IN_IDLE_MINUTES: z.coerce.number().int().min(5).max(10_080).default(120),
    /** Changes of roles, provider keys and exports need a sign-in that is not older. */
    SIGN_IN_RECENT_MINUTES: z.coerce.number().int().min(1).max(1_440).default(15),
    /** Where to report vulnerabilities: an `https:` or `mailto:` address for /.well-known/security.txt. */
    SECURITY_CONTACT: optionalText.pipe(z.url({ protocol: /^(https|mailto)$/ }).optional()),
    /** Encrypt the keys of stored secrets: `<version>:<32 bytes in base64>`, comma-separated, current version first. */
    MASTER_KEYS: z
      .string()
      .regex(
        /^[\w-]{1,32}:[A-Za-z0-9+/]{43}=( *, *[\w-]{1,32}:[A-Za-z0-9+/]{43}=)*$/,
        'must have the form <version>:<base64>',
      ),
    /** Sign the audit log: `<version>:<32 bytes in base64>`, comma-separated, current version first. */
    AUDIT_KEYS: optionalText.pipe(
      z
        .string()
        .regex(
          /^[\w-]{1,32}:[A-Za-z0-9+/]{43}=( *, *[\w-]{1,32}:[A-Za-z0-9+/]{43}=)*$/,
          'must have the form <version>:<base64>',
        )
        .optional(),
    ),
    ANTHROPIC_API_KEY: optionalText,
    ANTHROPIC_MODEL: optionalText,
    ANTHROPIC_BASE_URL: optionalText,
    OPENAI_API_KEY: optionalText,
    OPENAI_MODEL: optionalText,
    OPENAI_BASE_URL: optionalText,
    OPENAI_WIRE: optionalText,
    /** Local only: the day that prices and the ends of models go by, to try out what a date will change. */
    CATALOG_DATE: optionalText.pipe(z.iso.date().optional()),
    /** Additional hosts an org's settings may send its key to, comma-separated. */
    PROVIDER_HOSTS: optionalText,
    /** Local only: the address that replaces Neon's HTTP endpoint. */
    NEON_FETCH_ENDPOINT: optionalText,
    /** Where all objects and their data are kept. Objects of another value are other objects: set it before the first use. */
    OBJECT_JURISDICTION: optionalText.pipe(z.enum(['eu', 'us', 'fedramp', 'fedramp-high']).optional()),
    /** The region of the database, as a hint for the objects that mostly work with it. */
    DATABASE_LOCATION: optionalText.pipe(
      z.enum(['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'apac-ne', 'apac-se', 'oc', 'afr', 'me']).optional(),
    ),
    /** How long a conversation buffers events before it stores them; overrides its default. */
    FLUSH_WINDOW_MS: z.coerce.number().int().min(1).max(1_000).optional(),
    /** A user's limit on requests that call a model: sustained, and in a burst. */
    AI_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(60_000).default(30),
    AI_BURST: z.coerce.number().int().min(1).max(60_000).default(10),
    /** A user's limit on all other requests, in units; most cost one (docs/decisions/0064-every-request-is-counted.md). */
    REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(60_000).default(600),
    REQUEST_BURST: z.coerce.number().int().min(1).max(60_000).default(300),
    /** `1` if the demo model answers, so that the UI can say so. */
    DEMO_MODEL: optionalText,
  })
  .refine(
    (settings) => {
      const issuer = [settings.JWT_ISSUER, settings.JWT_AUDIENCE, settings.JWT_JWKS_URL];
      return issuer.every((value) => value === undefined) || issuer.every((value) => value !== undefined);
    },
    { path: ['JWT_ISSUER'], error: 'set JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL together or not at all' },
  )
  .refine(({ OIDC_ISSUER, OIDC_CLIENT_ID }) => (OIDC_ISSUER === undefined) === (OIDC_CLIENT_ID === undefined), {
    path: ['OIDC_ISSUER'],
    error: 'set OIDC_ISSUER and OIDC_CLIENT_ID together or not at all',
  })
  .refine(
    ({ INVITE_WEBHOOK_URL, INVITE_WEBHOOK_SECRET }) =>
      (INVITE_WEBHOOK_URL === undefined) === (INVITE_WEBHOOK_SECRET === undefined),
    {
      path: ['INVITE_WEBHOOK_URL'],
      error: 'set INVITE_WEBHOOK_URL and INVITE_WEBHOOK_SECRET together or not at all',
    },
  )
  // A log that no one signs proves nothing against the database's owner. Local stacks have a key of their own.
  .refine(({ ENVIRONMENT, AUDIT_KEYS }) => ENVIRONMENT === 'local' || AUDIT_KEYS !== undefined, {
    path: ['AUDIT_KEYS'],
    error: 'is missing: it signs the audit log',
  })
  .refine(({ ENVIRONMENT, PUBLIC_ORIGIN }) => ENVIRONMENT === 'local' || PUBLIC_ORIGIN?.startsWith('https://'), {
    path: ['PUBLIC_ORIGIN'],
    error: 'set the https origin at which people open the pages',
  })
  .superRefine((settings, context) => {
    for (const name of ['JWT_JWKS_URL', 'OIDC_ISSUER', 'INVITE_WEBHOOK_URL'] as const) {
      if (isSafeAddress(settings[name], settings.ENVIRONMENT)) continue;
      context.addIssue({ code: 'custom', path: [name], message: 'must use https' });
    }
  });
export type Settings = z.output<typeof Settings>;

const parsed = new WeakMap<object, Settings>();

/** The settings of this Worker or object. @throws Error naming the invalid settings */
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
  throw new Error(`Check the Worker's settings. ${faults.join('; ')}`);
}

/** Plain http is only for local development. */
export function isSafeAddress(url: string | undefined, environment: 'production' | 'local'): boolean {
  if (url === undefined || url.startsWith('https://')) return true;
  return environment === 'local' && ['localhost', '127.0.0.1'].includes(new URL(url).hostname);
}
