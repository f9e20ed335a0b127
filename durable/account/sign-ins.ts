// A user's sign-in sessions. A session token is valid only while its row exists here, so a copied token stops working at
// sign-out.
import { Identity, type OpenSignInInput, type SignIn, type SignInEntry } from '../contracts/account.ts';

/** No sign-in lives longer, whatever the settings say. */
export const LONGEST_SIGN_IN_SECONDS = 7 * 24 * 60 * 60;

/** A user's oldest sign-ins end when there are more. */
const MAX_SIGN_INS = 100;
/** When a sign-in was last used is stored at most this often, because a request has to wait for the write. */
const USE_STEP_SECONDS = 60;

export type SignInLimits = {
  /** From the sign-in on. */
  readonly lifetimeSeconds: number;
  /** Without any request. */
  readonly idleSeconds: number;
};

export function openSignIn(sql: SqlStorage, now: number, proven: OpenSignInInput, limits: SignInLimits): SignIn {
  const nowSeconds = Math.floor(now / 1000);
  const signIn = {
    signInId: crypto.randomUUID(),
    expiresAt: nowSeconds + limits.lifetimeSeconds,
    openedAt: nowSeconds,
  };
  sql.exec(
    'delete from sign_ins where expires_at <= ? or coalesce(used_at, opened_at) < ?',
    nowSeconds,
    nowSeconds - limits.idleSeconds,
  );
  sql.exec(
    `insert into sign_ins (id, opened_at, used_at, proved_at, expires_at, identity, id_token, device, place)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    signIn.signInId,
    nowSeconds,
    nowSeconds,
    Math.min(proven.provedAt ?? nowSeconds, nowSeconds),
    signIn.expiresAt,
    proven.identity === undefined ? null : JSON.stringify(proven.identity),
    proven.idToken ?? null,
    proven.device ?? null,
    proven.place ?? null,
  );
  // Times are in whole seconds, so others can be as new as this one. It must not be the one that ends.
  sql.exec(
    `delete from sign_ins where id in
       (select id from sign_ins where id <> ? order by coalesce(used_at, opened_at) desc, id limit -1 offset ?)`,
    signIn.signInId,
    MAX_SIGN_INS - 1,
  );
  return signIn;
}

/** Returns the ID token stored with the sign-in, or null. */
export function closeSignIn(sql: SqlStorage, signInId: string): string | null {
  const [row] = sql
    .exec<{ id_token: string | null }>('delete from sign_ins where id = ? returning id_token', signInId)
    .toArray();
  return row?.id_token ?? null;
}

/** Ends all sign-ins but one. Returns how many. */
export function closeOtherSignIns(sql: SqlStorage, keptId: string | null): number {
  return sql.exec('delete from sign_ins where id is not ? returning 1', keptId).toArray().length;
}

/** Notes the use of an open sign-in. Null if it is not open, which includes one that was idle for too long. */
export function useSignIn(
  sql: SqlStorage,
  signInId: string,
  { now, idleSeconds }: { now: number; idleSeconds: number },
): { readonly provedAt: number } | null {
  const nowSeconds = Math.floor(now / 1000);
  const [row] = sql
    .exec<{ used_at: number; proved_at: number }>(
      `select coalesce(used_at, opened_at) as used_at, coalesce(proved_at, opened_at) as proved_at
       from sign_ins where id = ? and expires_at > ?`,
      signInId,
      nowSeconds,
    )
    .toArray();
  if (row === undefined) return null;
  if (nowSeconds - row.used_at > idleSeconds) {
    sql.exec('delete from sign_ins where id = ?', signInId);
    return null;
  }
  if (nowSeconds - row.used_at >= USE_STEP_SECONDS) {
    sql.exec('update sign_ins set used_at = ? where id = ?', nowSeconds, signInId);
  }
  return { provedAt: row.proved_at };
}

/** The open sign-ins, the one used last first. */
export function listSignIns(sql: SqlStorage, now: number, idleSeconds: number): SignInEntry[] {
  const nowSeconds = Math.floor(now / 1000);
  return sql
    .exec<{ id: string; device: string | null; place: string | null; opened: number; used: number; expires: number }>(
      `select id, device, place, opened_at as opened, coalesce(used_at, opened_at) as used, expires_at as expires
       from sign_ins where expires_at > ? and coalesce(used_at, opened_at) >= ? order by used desc, id`,
      nowSeconds,
      nowSeconds - idleSeconds,
    )
    .toArray()
    .map(({ id, device, place, opened, used, expires }) => ({
      signInId: id,
      device,
      place,
      openedAt: opened,
      usedAt: used,
      expiresAt: expires,
    }));
}

/** Null if the sign-in is not open, which includes one that was idle for too long. */
export function getIdentity(
  sql: SqlStorage,
  signInId: string,
  { now, idleSeconds }: { now: number; idleSeconds: number },
): { readonly identity: Identity | null } | null {
  const nowSeconds = Math.floor(now / 1000);
  const [row] = sql
    .exec<{ identity: string | null }>(
      'select identity from sign_ins where id = ? and expires_at > ? and coalesce(used_at, opened_at) >= ?',
      signInId,
      nowSeconds,
      nowSeconds - idleSeconds,
    )
    .toArray();
  if (!row) return null;
  return { identity: row.identity === null ? null : Identity.parse(JSON.parse(row.identity)) };
}
