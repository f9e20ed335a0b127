// Verifies an org's audit log from the first row to the last: the chain of hashes, the signatures, and what the org's object
// remembers. Names the first row that can't be proven.

import type { LogHead, Witness } from '../contracts/audit-event.ts';
import { CHAIN_START, type ChainPlace, type ChainStep } from '../postgres/queries/audit-chain.ts';
import { type AuditKeys, type SignedSegment, verifySegment } from './signature.ts';

export const FINDING_REASONS = [
  /** The row differs from what was written or signed. */
  'changed',
  'missing',
  /** The row was not written by this product. */
  'extra',
  /** Its signature is missing, invalid, or made with a key that was replaced before. */
  'signature',
  /** It was signed with a key that AUDIT_KEYS no longer lists. */
  'key',
  /** The row records redactions other than the actual ones. */
  'redaction',
  /** The row reports others that could not be stored. */
  'parked',
] as const;
export type Finding = { readonly seq: number; readonly reason: (typeof FINDING_REASONS)[number] };

export type LogCheck =
  | { readonly state: 'progress'; readonly checked: number; readonly rows: number }
  /** `signed`: the rows up to this one are proven by signatures. Null if there are no keys to verify them with. */
  | { readonly state: 'whole'; readonly checked: number; readonly signed: number | null }
  | ({ readonly state: 'broken' } & Finding);

export type VerifyLogDeps = {
  readonly orgId: string;
  readonly keys: AuditKeys | null;
  /** Null if the org's object is unavailable; a removed end then looks like rows that were never written. */
  readonly witness: Witness | null;
  /** @throws AppError */
  readStep(question: { readonly after: ChainPlace; readonly hashesOf: readonly number[] }): Promise<ChainStep>;
};

/** Ends with `whole` or `broken`. */
export async function* verifyLog(deps: VerifyLogDeps): AsyncGenerator<LogCheck> {
  const marks = marksOf(deps.witness);
  const signatures = createSignatureCheck(deps);
  let place = CHAIN_START;
  for (;;) {
    const step = await deps.readStep({ after: place, hashesOf: marks.map(({ seq }) => seq) });
    const finding =
      (await findInStep(step, marks, signatures, place)) ?? (step.isEnd ? findAtEnd(step, marks, signatures) : null);
    if (finding) return yield { state: 'broken', ...finding };
    place = step.place;
    if (step.isEnd) return yield { state: 'whole', checked: place.seq, signed: signatures.through() };
    yield { state: 'progress', checked: place.seq, rows: Math.max(step.head?.seq ?? 0, place.seq) };
  }
}

/** Rows whose hashes are known from elsewhere, in order. */
function marksOf(witness: Witness | null): readonly (LogHead & { readonly isSigned: boolean })[] {
  if (!witness) return [];
  const { signed, observed } = witness;
  return [
    ...signed.map((head) => ({ ...head, isSigned: true })),
    ...(observed ? [{ ...observed, isSigned: false }] : []),
  ].sort((one, other) => one.seq - other.seq);
}

type Marks = ReturnType<typeof marksOf>;
type SignatureCheck = ReturnType<typeof createSignatureCheck>;

async function findInStep(
  { firstBreak, segments, place, hashes }: ChainStep,
  marks: Marks,
  signatures: SignatureCheck,
  before: ChainPlace,
): Promise<Finding | null> {
  const signature = await signatures.find(segments);
  // A break names the row itself; a signature covers many.
  const first = firstBreak && (!signature || firstBreak.seq <= signature.seq) ? firstBreak : signature;
  let proven = 0;
  for (const mark of marks) {
    if (mark.seq > place.seq) break;
    const isInStep = mark.seq > before.seq;
    if (isInStep && first && first.seq <= mark.seq) return first;
    if (isInStep && hashes[mark.seq] !== mark.hash) return { seq: proven + 1, reason: 'changed' };
    proven = mark.seq;
  }
  return first;
}

function findAtEnd(step: ChainStep, marks: Marks, signatures: SignatureCheck): Finding | null {
  const { place, head, wrongRedaction, parked } = step;
  const last = place.seq;
  if ((marks.at(-1)?.seq ?? 0) > last || (head?.seq ?? 0) > last) return { seq: last + 1, reason: 'missing' };
  if (last > (head?.seq ?? 0)) return { seq: (head?.seq ?? 0) + 1, reason: 'extra' };
  if (head && head.hash !== place.hash) return { seq: last, reason: 'changed' };
  const signed = signatures.through();
  const wasSigned = marks.findLast(({ isSigned }) => isSigned)?.seq ?? 0;
  if (signed !== null && wasSigned > signed) return { seq: signed + 1, reason: 'signature' };
  if (wrongRedaction !== null) return { seq: wrongRedaction, reason: 'redaction' };
  return parked === null ? null : { seq: parked, reason: 'parked' };
}

/** Follows the signed segments, which cover the log without gaps. */
function createSignatureCheck({ orgId, keys }: VerifyLogDeps) {
  let signed = 0;
  const replaced = new Set<string>();
  let keyId: string | null = null;

  async function find(segments: readonly SignedSegment[]): Promise<Finding | null> {
    if (!keys) return null;
    for (const segment of segments) {
      // One that was stored twice, because its note was lost, overlaps.
      if (segment.from > signed + 1) return { seq: signed + 1, reason: 'signature' };
      const verdict = await verifySegment(keys, orgId, segment);
      if (verdict === 'unknown-key') return { seq: segment.from, reason: 'key' };
      // A key that was replaced can't sign newer rows.
      if (verdict === 'forged' || replaced.has(segment.keyId)) return { seq: segment.from, reason: 'signature' };
      if (keyId !== null && keyId !== segment.keyId) replaced.add(keyId);
      keyId = segment.keyId;
      signed = Math.max(signed, segment.seq);
    }
    return null;
  }

  return { find, through: () => (keys ? signed : null) };
}
