// What each request carries through the edge.
import type { OrgChoice } from '../durable/account/requests.ts';
import type { Access, Principal } from '../durable/principal.ts';

export type EdgeEnv = {
  Bindings: Env;
  Variables: {
    requestId: string;
    /** Of this response's Content-Security-Policy. */
    nonce: string;
    /** Set by `authenticated`. */
    principal: Principal;
    /** Both set by `admitted`. */
    access: Access;
    orgs: readonly OrgChoice[];
  };
};
