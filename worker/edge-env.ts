// The variables of each request in the Worker.
import type { FoundScope, OrgChoice, RateVerdict, ScopeNames } from '../durable/contracts/account.ts';
import type { AiSettings } from '../durable/contracts/ai-settings.ts';
import type { IssuerClaims } from '../durable/contracts/issuers.ts';
import type { Access, Principal } from '../durable/principal.ts';
import type { ForeignPage } from './auth/origin-list.ts';
import type { JsonBody } from './http/read-json.ts';

export type EdgeEnv = {
  Bindings: Env;
  Variables: {
    requestId: string;
    /** The nonce of this response's Content-Security-Policy. */
    nonce: string;
    /** Set by the page that other sites show in frames: the origins that may. */
    embedders: readonly string[] | undefined;
    /** The page of another origin that sends this request, if an org allows the origin. */
    foreignPage: ForeignPage | null | undefined;
    /** Whether pages of that origin may read a successful reply. */
    isOriginAllowed: boolean | undefined;
    /** Set by `authenticated`. */
    principal: Principal;
    /** What the token of the user's issuer says about them. */
    issuerClaims: IssuerClaims | undefined;
    /** These are set by `admitted`. */
    access: Access;
    orgs: readonly OrgChoice[];
    /** When the user of a sign-in session last proved who they are (Unix seconds). */
    provedAt: number | undefined;
    /** The rest is set by `callsModel`. */
    body: JsonBody;
    rate: RateVerdict | undefined;
    /** The session that the request names or was matched to; null if there is none. */
    sessionId: string | null | undefined;
    /** The conversation's program, as the list of conversations knows it. */
    sessionProgramId: string | null;
    /** The program and design that the request names, as sent (`names`) and by id (`scope`). */
    names: ScopeNames;
    scope: FoundScope;
    /** The org's provider settings, keys sealed. */
    settings: AiSettings;
  };
};
