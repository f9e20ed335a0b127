// What each request carries through the edge.
import type { RateVerdict } from '../durable/account/rate-bucket.ts';
import type { FoundScope, OrgChoice, ScopeNames } from '../durable/account/requests.ts';
import type { Access, Principal } from '../durable/principal.ts';
import type { AiSettings } from '../durable/providers/ai-settings.ts';
import type { JsonBody } from './read-json.ts';

export type EdgeEnv = {
  Bindings: Env;
  Variables: {
    requestId: string;
    /** Of this response's Content-Security-Policy. */
    nonce: string;
    /** Set by `authenticated`. */
    principal: Principal;
    /** These are set by `admitted`. */
    access: Access;
    orgs: readonly OrgChoice[];
    /** These are set by `callsModel`. */
    body: JsonBody;
    rate: RateVerdict | undefined;
    /** The session that the request is about, named or found; null where nothing leads to one. */
    sessionId: string | null | undefined;
    /** The program that the conversation is about, as far as the list of conversations knows. */
    sessionProgramId: string | null;
    /** What the request says that it is about, in its own words and by ids. */
    names: ScopeNames;
    scope: FoundScope;
    /** The org's provider settings, keys sealed. */
    settings: AiSettings;
  };
};
