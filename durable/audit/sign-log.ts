// Signs the rows of an org's log that are not signed yet. Refuses rows that don't continue from what was signed or differ
// from what the Worker saw: the log was changed, and a signature would cover it up.

import type { LogHead, Witness } from '../contracts/audit-event.ts';
import type { UnsignedRows } from '../postgres/queries/audit-chain.ts';
import { type AuditKeys, type SignedSegment, signSegment } from './signature.ts';

/** A segment's hashes fit into one small row. */
const SEGMENT_ROWS = 1_000;
/** Per call; the rest follows with the next one. */
const MAX_SEGMENTS = 50;
const HASH_CHARS = 64;
/** SHA-256 of nothing, as the previous hash of the first row. */
const START_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export type SignDeps = {
  readonly orgId: string;
  readonly keys: AuditKeys;
  witness(): Witness;
  readUnsigned(afterSeq: number, maxRows: number): Promise<UnsignedRows | null>;
  /** The newest segment in Postgres, for an object without notes. */
  readLastSegment(): Promise<SignedSegment | null>;
  /** Repeating it changes nothing. */
  storeSegment(segment: SignedSegment, hashes: string): Promise<void>;
  noteSigned(segment: SignedSegment): void;
};

export type SignOutcome =
  | { readonly state: 'signed' | 'more'; readonly rows: number }
  /** No row from here on is signed. */
  | { readonly state: 'refused'; readonly seq: number };

/** @throws AppError DATABASE_UNAVAILABLE */
export async function signLog(deps: SignDeps): Promise<SignOutcome> {
  let last: LogHead = deps.witness().signed.at(-1) ?? (await deps.readLastSegment()) ?? { seq: 0, hash: START_HASH };
  let signedRows = 0;
  for (let count = 0; count < MAX_SEGMENTS; count += 1) {
    const unsigned = await deps.readUnsigned(last.seq, SEGMENT_ROWS);
    if (!unsigned) return { state: 'signed', rows: signedRows };
    if (!continues(last, unsigned) || contradicts(unsigned, deps.witness().observed))
      return { state: 'refused', seq: last.seq + 1 };
    const { from, seq, hash, digest, hashes } = unsigned;
    const segment = await signSegment(deps.keys, deps.orgId, { from, seq, hash, digest });
    // In this order: a segment that was stored but not noted is signed again.
    await deps.storeSegment(segment, hashes);
    deps.noteSigned(segment);
    last = segment;
    signedRows += unsigned.rows;
  }
  return { state: 'more', rows: signedRows };
}

const continues = (last: LogHead, { from, seq, rows, isLinked, previousHash }: UnsignedRows): boolean =>
  isLinked && from === last.seq + 1 && rows === seq - from + 1 && previousHash === last.hash;

function contradicts({ from, seq, hashes }: UnsignedRows, observed: LogHead | null): boolean {
  if (!observed || observed.seq < from || observed.seq > seq) return false;
  const at = (observed.seq - from) * HASH_CHARS;
  return hashes.slice(at, at + HASH_CHARS) !== observed.hash;
}
