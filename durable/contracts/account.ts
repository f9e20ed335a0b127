// The interface of an Account object: what the Worker and Conversations may call. Both sides can run neighboring releases,
// so only add optional fields. Schemas are not strict: the older side drops fields it does not know.

import * as z from 'zod';
import type { ErrorCode } from '../errors.ts';
import { exactText } from '../input-text.ts';
import { type Access, Principal } from '../principal.ts';
import type { AiSettings } from './ai-settings.ts';
import { IssuerClaims } from './issuers.ts';
import { stubOf } from './placement.ts';
import { SessionRecord } from './session.ts';
import { RunId } from './transcript.ts';

/** A fingerprint by which a client without session ids refers to a session; see session-index.ts. */
export const SessionMark = z.object({
  kind: z.enum(['transcript', 'approval', 'request']),
  mark: exactText().min(1).max(128),
});
export type SessionMark = z.infer<typeof SessionMark>;

/** Finds the session of a request whose client does not know our ids. The fields are tried in order. */
export const SessionLookup = z.object({
  marks: z.array(SessionMark).max(8),
  /** The client's own name for the session. It always leads to a session. */
  name: exactText().min(1).max(128).nullable(),
  /** Used if nothing matches; null returns null. */
  otherwise: z.uuid().nullable(),
  /** The requested run, if the request names one. The request's mark then points to the session found here. */
  runId: RunId.nullable(),
});
export type SessionLookup = z.infer<typeof SessionLookup>;

const ScopeName = exactText().trim().min(1).max(64).nullable();
/** A program and a design, each by id, code or name. */
export const ScopeNames = z.object({ programId: ScopeName, designId: ScopeName });
export type ScopeNames = z.infer<typeof ScopeNames>;

/** Their ids; a design always comes with its program. `unknown`: the name that matches nothing the user can see. */
export type FoundScope =
  | { readonly ok: true; readonly programId: string | null; readonly designId: string | null }
  | { readonly ok: false; readonly code: 'NOT_FOUND'; readonly unknown: keyof ScopeNames }
  | { readonly ok: false; readonly code: 'DATABASE_UNAVAILABLE' };

/**
 * The user and org that a page of ours was loaded for. Without `orgId` only the user has to match, for requests that name an
 * org themselves.
 */
export const PageIdentity = z.object({ userId: z.uuid(), orgId: z.uuid().optional() });
export type PageIdentity = z.infer<typeof PageIdentity>;
/** As a request names it. */
export const OrgSlug = exactText().max(255);

export const AdmitInput = z.object({
  principal: Principal,
  /** Selects one of the user's organizations. Defaults to the first by name. */
  orgSlug: OrgSlug.optional(),
  /**
   * `last-known` never waits for Postgres while there is a snapshot; the caller must confirm before it shows data.
   * `confirmed` waits for Postgres if the snapshot is too old to show data.
   */
  rights: z.enum(['last-known', 'confirmed']),
  /** Set if the request calls a model: counts it against the user's rate limit. */
  modelCall: z
    .object({
      /** The user's decision on an approval: the message that led to it was counted, so it costs one unit of the request limit. */
      isDecision: z.boolean().optional(),
      run: z.object({ sessionId: z.string(), runId: z.string() }).nullable(),
      session: SessionLookup.optional(),
    })
    .optional(),
  /** Set for every other request: how many units of the user's request limit it costs. */
  cost: z.int().min(1).max(1_000).optional(),
  /** Reads from Postgres even if the snapshot is recent, so that a change saved a moment ago shows. */
  fresh: z.boolean().optional(),
  /** The conversation the request names, if any. */
  sessionId: z.uuid().optional(),
  /** The program and design the request names, if any. */
  names: ScopeNames.optional(),
  /** What the token of the user's issuer says about them. It reaches only the organizations that it names. */
  claims: IssuerClaims.optional(),
  /** Refused if the user has several organizations and the request names none. Pages have the browser's choice instead. */
  mustNameOrg: z.boolean().optional(),
  /** Refused if it differs from the session's identity. Null if the page had to say it and didn't. Absent for API clients. */
  page: PageIdentity.nullable().optional(),
});
export type AdmitInput = z.input<typeof AdmitInput>;

/** The state of the user's rate limit. `seconds`: until one more request is allowed. */
export type RateVerdict = { readonly ok: boolean; readonly remaining: number; readonly seconds: number };

export type OrgChoice = { readonly slug: string; readonly name: string; readonly role: string };

export type Admission =
  | {
      readonly ok: true;
      readonly access: Access;
      readonly orgs: readonly OrgChoice[];
      /** Set if the request was counted as a model call. */
      readonly rate?: RateVerdict;
      /** When the user of a sign-in session last proved who they are, in Unix seconds. */
      readonly provedAt?: number;
      /** Set if `cost` was given, or for a decision. */
      readonly requests?: RateVerdict;
      /** Set if a session was looked up. */
      readonly sessionId?: string | null;
      /** The org's provider settings that apply to this user, with sealed keys. As old as the access. */
      readonly settings?: AiSettings;
      /** The named conversation's program, if the conversation list has it. */
      readonly sessionProgramId?: string | null;
      /** Set if names were given and the assistant is on. */
      readonly scope?: FoundScope;
    }
  | {
      readonly ok: false;
      /** `NO_MEMBERSHIP`: of no org at all. `NOT_FOUND`: not of the one that is named. `ORG_MISMATCH`: not in the token. */
      readonly code: Extract<
        ErrorCode,
        | 'UNAUTHENTICATED'
        | 'NO_MEMBERSHIP'
        | 'NOT_FOUND'
        | 'ORG_MISMATCH'
        | 'ORG_REQUIRED'
        | 'IDENTITY_CHANGED'
        | 'DATABASE_UNAVAILABLE'
      >;
      /** Set for `NO_MEMBERSHIP` if `cost` was given: routes of the user's own account need no org. */
      readonly requests?: RateVerdict;
    };

/** What the identity provider says about the user. */
export const Identity = z.object({
  email: exactText().max(320).nullable(),
  /** Whether the provider verified the address. */
  emailVerified: z.boolean(),
  name: exactText().max(200).nullable(),
});
export type Identity = z.infer<typeof Identity>;

export const OpenSignInInput = z.object({
  identity: Identity.optional(),
  /** The provider's ID token; sign-out sends it back to end the provider's session. */
  idToken: z.string().max(16_384).optional(),
  /** When the provider last had the user prove who they are (Unix seconds), if it says. Otherwise now. */
  provedAt: z.int().optional(),
  /** Shown to the user in the list of their sign-ins. */
  device: exactText().max(100).optional(),
  place: exactText().max(100).optional(),
});
export type OpenSignInInput = z.input<typeof OpenSignInInput>;

export const RenewInput = z.object({ subject: Principal.shape.subject });
export type RenewInput = z.input<typeof RenewInput>;

export const ErasureInput = z.object({ orgId: z.uuid() });
export type ErasureInput = z.input<typeof ErasureInput>;

export const ConfirmInput = z.object({ orgId: z.uuid() });
export type ConfirmInput = z.input<typeof ConfirmInput>;

export type AccessConfirmation =
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
  /** The run that made this change; recorded in the same transaction. */
  run: z.object({ runId: RunId }).optional(),
});
export type PutSessionInput = z.input<typeof PutSessionInput>;

/** A conversation that no longer fits in its owner's list, and when it last changed as far as the list knows (Unix ms). */
export type EvictedSession = { readonly id: string; readonly updatedAt: number };

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
  /** From the previous page. */
  cursor: exactText().max(1024).optional(),
});
export type ListSessionsInput = z.input<typeof ListSessionsInput>;

export type SessionList =
  | { readonly ok: true; readonly sessions: readonly SessionRecord[]; readonly cursor: string | null }
  | { readonly ok: false; readonly code: Extract<ErrorCode, 'BAD_REQUEST'> };

/** A sign-in session. Times are Unix seconds. `openedAt` is absent only during a deploy. */
export type SignIn = { readonly signInId: string; readonly expiresAt: number; readonly openedAt?: number };

/** A sign-in as its user sees it. Times are Unix seconds. */
export type SignInEntry = {
  readonly signInId: string;
  readonly device: string | null;
  readonly place: string | null;
  readonly openedAt: number;
  readonly usedAt: number;
  readonly expiresAt: number;
};

export const CloseSignInsInput = z.object({ keptId: z.uuid().nullable() });
export type CloseSignInsInput = z.input<typeof CloseSignInsInput>;

export interface AccountRpc extends Rpc.DurableObjectBranded {
  /** Whether this sign-in is open and what the user may do in the org. */
  admit(input: AdmitInput): Promise<Admission>;
  /** Resolves names for requests that call no model. */
  findScope(input: FindScopeInput): Promise<FoundScope>;
  /** Fresh access for work that started on an older snapshot. */
  confirm(input: ConfirmInput): Promise<AccessConfirmation>;
  noteRefusal(input: RefusalInput): Promise<void>;
  renew(input: RenewInput): Promise<void>;
  openSignIn(input?: OpenSignInInput): Promise<SignIn>;
  closeSignIn(signInId: string): Promise<string | null>;
  listSignIns(): Promise<readonly SignInEntry[]>;
  closeSignIns(input: CloseSignInsInput): Promise<number>;
  identityAt(signInId: string): Promise<{ readonly identity: Identity | null } | null>;
  putSession(input: PutSessionInput): Promise<{ readonly evicted: readonly EvictedSession[] }>;
  removeSession(input: RemoveSessionInput): Promise<void>;
  noteRun(input: NoteRunInput): Promise<void>;
  findRun(input: FindRunInput): Promise<string | null>;
  prepareErasure(input: ErasureInput): Promise<string[]>;
  forgetSession(input: RemoveSessionInput): Promise<void>;
  erase(input: ErasureInput & { readonly isGone: boolean }): Promise<void>;
  markSession(input: MarkSessionInput): Promise<void>;
  listSessions(input: ListSessionsInput): Promise<SessionList>;
  listForks(input: RemoveSessionInput): Promise<readonly SessionRecord[]>;
}

/** The Account of a user, addressed by the subject of their tokens. */
export function accountOf(env: Env, subject: string): DurableObjectStub<AccountRpc> {
  return stubOf<AccountRpc>(env, 'ACCOUNTS', `user:${subject}`);
}
