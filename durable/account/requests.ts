// What the edge and Conversations may ask of an Account. Worker and object may be of neighbouring releases: add
// optional fields, never change one. Not strict, so that the older side drops what is new.
import { z } from 'zod';
import { RunId, SessionRecord } from '../conversation/requests.ts';
import type { ErrorCode } from '../errors.ts';
import { type Access, Principal } from '../principal.ts';
import type { AiSettings } from '../providers/ai-settings.ts';
import type { RateVerdict } from './rate-bucket.ts';

/** See session-marks.ts. */
export const SessionMark = z.object({
  kind: z.enum(['transcript', 'approval', 'request']),
  mark: z.string().min(1).max(128),
});
export type SessionMark = z.infer<typeof SessionMark>;

/** Which session a request is about whose client knows no ids of ours: what leads to one, in this order. */
export const SessionQuestion = z.object({
  marks: z.array(SessionMark).max(8),
  /** The client's own name for it, which always leads to one. */
  name: z.string().min(1).max(128).nullable(),
  /** Where nothing leads to one; null answers null. */
  otherwise: z.uuid().nullable(),
  /** The run that is asked for, where the request names it. A mark of the request leads to what is answered from now on. */
  runId: RunId.nullable(),
});
export type SessionQuestion = z.infer<typeof SessionQuestion>;

const ScopeName = z.string().trim().min(1).max(64).nullable();
/** A program and a design as a client names them: by id, code or name. */
export const ScopeNames = z.object({ programId: ScopeName, designId: ScopeName });
export type ScopeNames = z.infer<typeof ScopeNames>;

/** Their ids; a design never without its program. `unknown`: which of them leads to nothing that the person sees. */
export type FoundScope =
  | { readonly ok: true; readonly programId: string | null; readonly designId: string | null }
  | { readonly ok: false; readonly code: 'NOT_FOUND'; readonly unknown: keyof ScopeNames }
  | { readonly ok: false; readonly code: 'DATABASE_UNAVAILABLE' };

export const AdmitInput = z.object({
  principal: Principal,
  /** Selects among the person's own memberships; the first by name where absent. */
  orgSlug: z.string().max(255).optional(),
  /**
   * `last-known` never waits for Postgres while there is a snapshot: whoever asks so confirms before showing anything.
   * `confirmed` waits where the snapshot is older than it may be for showing data.
   */
  rights: z.enum(['last-known', 'confirmed']),
  /** Counts the request in the person's `ai` bucket: it makes a model work. */
  modelCall: z
    .object({
      run: z.object({ sessionId: z.string(), runId: z.string() }).nullable(),
      session: SessionQuestion.optional(),
    })
    .optional(),
  /** Asks Postgres whatever the snapshot's age: what was saved a moment ago must show. */
  fresh: z.boolean().optional(),
  /** The conversation that the request is about, where it names one. */
  sessionId: z.uuid().optional(),
  /** What the request says that it is about besides. */
  names: ScopeNames.optional(),
});
export type AdmitInput = z.input<typeof AdmitInput>;

export type OrgChoice = { readonly slug: string; readonly name: string; readonly role: string };

export type Admission =
  | {
      readonly ok: true;
      readonly access: Access;
      readonly orgs: readonly OrgChoice[];
      /** Where the request was to be counted. */
      readonly rate?: RateVerdict;
      /** Where a session was to be found. */
      readonly sessionId?: string | null;
      /** The org's provider settings as far as they hold for this person, keys sealed; as old as the access. */
      readonly settings?: AiSettings;
      /** The program that the named conversation is about, as far as the list of conversations knows. */
      readonly sessionProgramId?: string | null;
      /** Where names were asked for, and the assistant is on. */
      readonly scope?: FoundScope;
    }
  | { readonly ok: false; readonly code: Extract<ErrorCode, 'UNAUTHENTICATED' | 'NOT_FOUND' | 'DATABASE_UNAVAILABLE'> };

/** What whoever proved the person's identity says of them. */
export const Identity = z.object({
  email: z.string().max(320).nullable(),
  /** Whether the provider has verified that the address is theirs. */
  emailVerified: z.boolean(),
  name: z.string().max(200).nullable(),
});
export type Identity = z.infer<typeof Identity>;

export const OpenSignInInput = z.object({
  identity: Identity.optional(),
  /** The provider's ID token, which names the session there when it is to end. */
  idToken: z.string().max(16_384).optional(),
});
export type OpenSignInInput = z.input<typeof OpenSignInInput>;

export const RenewInput = z.object({ subject: Principal.shape.subject });
export type RenewInput = z.input<typeof RenewInput>;

export const ErasureInput = z.object({ orgId: z.uuid() });
export type ErasureInput = z.input<typeof ErasureInput>;

export const ConfirmInput = z.object({ orgId: z.uuid() });
export type ConfirmInput = z.input<typeof ConfirmInput>;

export type Confirmation =
  | { readonly ok: true; readonly access: Access; readonly settings?: AiSettings }
  | { readonly ok: false; readonly code: Extract<ErrorCode, 'ACCESS_REVOKED' | 'DATABASE_UNAVAILABLE'> };

export const RefusalInput = z.object({
  orgId: z.uuid(),
  userId: z.uuid(),
  code: z.string(),
  requestId: z.string(),
  sessionId: z.uuid().nullable(),
  runId: RunId.nullable(),
});
export type RefusalInput = z.input<typeof RefusalInput>;

export const PutSessionInput = z.object({
  orgId: z.uuid(),
  session: SessionRecord,
  /** The run that this change belongs to, noted in the same step. */
  run: z.object({ runId: RunId }).optional(),
});
export type PutSessionInput = z.input<typeof PutSessionInput>;

export const RemoveSessionInput = z.object({ orgId: z.uuid(), sessionId: z.uuid() });
export type RemoveSessionInput = z.input<typeof RemoveSessionInput>;

export const NoteRunInput = z.object({ orgId: z.uuid(), sessionId: z.uuid(), runId: RunId });
export type NoteRunInput = z.input<typeof NoteRunInput>;

export const FindScopeInput = z.object({ orgId: z.uuid(), sessionId: z.uuid().nullable(), names: ScopeNames });
export type FindScopeInput = z.input<typeof FindScopeInput>;

export const FindRunInput = z.object({ orgId: z.uuid(), runId: RunId });
export type FindRunInput = z.input<typeof FindRunInput>;

export const MarkSessionInput = z.object({
  orgId: z.uuid(),
  sessionId: z.uuid(),
  marks: z.array(SessionMark).max(32),
});
export type MarkSessionInput = z.input<typeof MarkSessionInput>;

export const ListSessionsInput = z.object({
  orgId: z.uuid(),
  limit: z.int().min(1).max(100),
  /** As an earlier answer gave it. */
  cursor: z.string().max(512).optional(),
});
export type ListSessionsInput = z.input<typeof ListSessionsInput>;

export type SessionList =
  | { readonly ok: true; readonly sessions: readonly SessionRecord[]; readonly cursor: string | null }
  | { readonly ok: false; readonly code: Extract<ErrorCode, 'BAD_REQUEST'> };
