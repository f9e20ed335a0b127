// Sign-in sessions of one person: opened at sign-in, closed at sign-out, refused afterwards.
// A session token is only as good as its row here, so that a copied token dies with the sign-out.
import { Identity, type OpenSignInInput } from './requests.ts';

/** A working day; the token carries the same end. */
export const SIGN_IN_LIFETIME_SECONDS = 12 * 60 * 60;

export type SignIn = { readonly signInId: string /** Unix seconds. */; readonly expiresAt: number };

export function openSignIn(sql: SqlStorage, now: number, proven: OpenSignInInput): SignIn {
  const nowSeconds = Math.floor(now / 1000);
  const signIn = { signInId: crypto.randomUUID(), expiresAt: nowSeconds + SIGN_IN_LIFETIME_SECONDS };
  sql.exec('delete from sign_ins where expires_at <= ?', nowSeconds);
  sql.exec(
    'insert into sign_ins (id, opened_at, expires_at, identity, id_token) values (?, ?, ?, ?, ?)',
    signIn.signInId,
    nowSeconds,
    signIn.expiresAt,
    proven.identity === undefined ? null : JSON.stringify(proven.identity),
    proven.idToken ?? null,
  );
  return signIn;
}

/** The ID token that was kept with it, or null. */
export function closeSignIn(sql: SqlStorage, signInId: string): string | null {
  const [row] = sql
    .exec<{ id_token: string | null }>('delete from sign_ins where id = ? returning id_token', signInId)
    .toArray();
  return row?.id_token ?? null;
}

export function isSignInOpen(sql: SqlStorage, signInId: string, now: number): boolean {
  const rows = sql.exec('select 1 from sign_ins where id = ? and expires_at > ?', signInId, Math.floor(now / 1000));
  return rows.toArray().length === 1;
}

/** Null where the sign-in is not open. */
export function getIdentity(
  sql: SqlStorage,
  signInId: string,
  now: number,
): { readonly identity: Identity | null } | null {
  const [row] = sql
    .exec<{ identity: string | null }>(
      'select identity from sign_ins where id = ? and expires_at > ?',
      signInId,
      Math.floor(now / 1000),
    )
    .toArray();
  if (!row) return null;
  return { identity: row.identity === null ? null : Identity.parse(JSON.parse(row.identity)) };
}
