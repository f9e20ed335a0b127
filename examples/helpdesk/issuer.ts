// Issues the tokens with which Harbor Desk's people use the assistant: who they are, which customer they work for, and their
// role. The assistant checks them against the keys at /.well-known/jwks.json and asks Harbor Desk nothing else.
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Database } from './database.ts';
import type { Person } from './people.ts';

/** Whom the tokens are for. No other service accepts them. */
export const AUDIENCE = 'groundwire';
/** How long a stolen token would work, and how long a removed person's last one does. */
export const TOKEN_SECONDS = 5 * 60;

const ALGORITHM = 'ES256';
const ROTATE_AFTER_SECONDS = 30 * 24 * 60 * 60;
/** A new key is published before it signs, for longer than services keep a copy of the key set. */
const PUBLISH_AHEAD_SECONDS = 15 * 60;
/** An old key is published until the last token that it signed has expired everywhere. */
const PUBLISH_AFTER_SECONDS = 60 * 60;

export type Issuer = {
  /** A token for one person. */
  sign(person: Person): Promise<string>;
  /** The JSON Web Key Set. */
  publicKeys(): Promise<{ keys: JWK[] }>;
  /** Publishes a new key now, which signs after `aheadSeconds`. */
  rotate(aheadSeconds?: number): Promise<void>;
};

type StoredKey = { readonly kid: string; readonly private_jwk: JWK; readonly public_jwk: JWK };

export function createIssuer(database: Database, url: string, tokenSeconds = TOKEN_SECONDS): Issuer {
  return { sign, publicKeys, rotate };

  async function sign(person: Person): Promise<string> {
    const key = await currentKey();
    return new SignJWT({
      email: person.email,
      email_verified: true,
      name: person.name,
      org: person.customerSlug,
      org_name: person.customerName,
      role: person.role,
    })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: 'at+jwt' })
      .setIssuer(url)
      .setAudience(AUDIENCE)
      .setSubject(person.id)
      .setIssuedAt()
      .setExpirationTime(`${tokenSeconds} s`)
      .sign(await importJWK(key.private_jwk, ALGORITHM));
  }

  async function publicKeys(): Promise<{ keys: JWK[] }> {
    await currentKey();
    // A key is needed until its successor has signed for a while.
    const { rows } = await database.query<StoredKey>(
      `select public_jwk from (
        select public_jwk, lead(signs_from) over (order by signs_from) as replaced_at from signing_keys
      ) k where replaced_at is null or replaced_at > now() - make_interval(secs => $1)`,
      [PUBLISH_AFTER_SECONDS],
    );
    return { keys: rows.map((row) => row.public_jwk) };
  }

  async function currentKey(): Promise<StoredKey> {
    const { rows: newest } = await database.query(
      'select 1 from signing_keys where signs_from > now() - make_interval(secs => $1)',
      [ROTATE_AFTER_SECONDS],
    );
    if (newest.length === 0) await rotate();
    const { rows } = await database.query<StoredKey>(
      'select kid, private_jwk from signing_keys where signs_from <= now() order by signs_from desc limit 1',
    );
    const [key] = rows;
    if (key === undefined) throw new Error('no signing key');
    return key;
  }

  async function rotate(aheadSeconds = PUBLISH_AHEAD_SECONDS): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const kid = crypto.randomUUID();
    // The first key has no predecessor that could sign in the meantime.
    await database.query(
      `insert into signing_keys (kid, private_jwk, public_jwk, signs_from)
      select $1, $2, $3, now() + make_interval(secs => case when exists (select from signing_keys) then $4 else 0 end)`,
      [
        kid,
        await exportJWK(privateKey),
        { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' },
        aheadSeconds,
      ],
    );
  }
}
