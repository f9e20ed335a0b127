// Sign-in sessions of one person: opened at sign-in, closed at sign-out, refused afterwards.
// A session token is only as good as its row here, so that a copied token dies with the sign-out.

/** A working day; the token carries the same end. */
export const SIGN_IN_LIFETIME_SECONDS = 12 * 60 * 60;

export type SignIn = { readonly signInId: string /** Unix seconds. */; readonly expiresAt: number };

export function openSignIn(sql: SqlStorage, now: number): SignIn {
  const nowSeconds = Math.floor(now / 1000);
  const signIn = { signInId: crypto.randomUUID(), expiresAt: nowSeconds + SIGN_IN_LIFETIME_SECONDS };
  sql.exec('delete from sign_ins where expires_at <= ?', nowSeconds);
  sql.exec(
    'insert into sign_ins (id, opened_at, expires_at) values (?, ?, ?)',
    signIn.signInId,
    nowSeconds,
    signIn.expiresAt,
  );
  return signIn;
}

export function closeSignIn(sql: SqlStorage, signInId: string): void {
  sql.exec('delete from sign_ins where id = ?', signInId);
}

export function isSignInOpen(sql: SqlStorage, signInId: string, now: number): boolean {
  const rows = sql.exec('select 1 from sign_ins where id = ? and expires_at > ?', signInId, Math.floor(now / 1000));
  return rows.toArray().length === 1;
}
