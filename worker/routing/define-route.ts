// One declaration per route: its addresses, who may call it, what it takes and what it returns. The guards that run before
// its handler (mount-routes.ts), the OpenAPI document and the role matrix test all derive from it.
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Admission } from '../../durable/contracts/account.ts';
import type { AuditEvent } from '../../durable/contracts/audit-event.ts';
import type { ErrorCode } from '../../durable/errors.ts';
import type { Permission } from '../../durable/permissions.ts';
import type { ModelCallOptions } from '../admission/model-call.ts';
import type { EdgeEnv } from '../edge-env.ts';
import type { NextStep } from '../http/problem-page.ts';
import type { JsonBody } from '../http/read-json.ts';

/** The canonical prefix first; the same routes answer under the other. */
export const ASSISTANT_PREFIXES = ['/api/v1/ai', '/api/ai'] as const;

/** Placeholders are written as in OpenAPI: `/sessions/{sessionId}`. */
export type Paths = readonly [canonical: string, ...aliases: string[]];

export const assistantPaths = (path: `/${string}`): Paths => [
  `${ASSISTANT_PREFIXES[0]}${path}`,
  `${ASSISTANT_PREFIXES[1]}${path}`,
];

/** Who may call a route. There is no default: a route without it doesn't compile. */
type Guard =
  | {
      /** `operator`: for a request with the installation's OPERATOR_TOKEN, which belongs to no user. */
      readonly permission: 'public' | 'signed-in' | 'operator';
      readonly feature?: undefined;
      readonly rights?: undefined;
      readonly cost?: undefined;
      readonly needsRecentSignIn?: undefined;
    }
  | AccountGuard
  | MemberGuard;

/** The user's own account: any open sign-in, whether or not the user belongs to an org. */
type AccountGuard = {
  readonly permission: 'account';
  readonly feature?: undefined;
  readonly rights?: undefined;
  /** As for members. */
  readonly cost?: number;
  readonly needsRecentSignIn?: undefined;
};

type MemberGuard = {
  /** `member`: every member of the org. If several permissions are listed, one of them is enough. */
  readonly permission: 'member' | Permission | readonly [Permission, ...Permission[]];
  /** `assistant`: refused while the org's `aiAssistant` flag is off. */
  readonly feature: 'assistant' | 'none';
  /** `confirmed` rights are fresh enough to show data. A function admits the request in its own way. */
  readonly rights: 'confirmed' | ((c: Context<EdgeEnv>) => Promise<Admission>);
  /** Units of the user's request limit: more than 1 for what creates rows, reads a lot, or sends mail. */
  readonly cost?: number;
  /** Refused after the permission check if the user proved who they are too long ago. */
  readonly needsRecentSignIn?: true;
};

/** Each request takes one from the user's `ai` bucket, or as a decision from the request limit, in the hop that admits it. */
type ModelGuard = Omit<MemberGuard, 'rights' | 'cost' | 'needsRecentSignIn'> & {
  /** `last-known` rights start the run at once; the Conversation confirms them before it shows anything. */
  readonly rights: 'last-known' | 'confirmed';
  readonly modelCall: Pick<ModelCallOptions, 'runOf' | 'sessionOf' | 'namesOf' | 'isDecision'>;
};

type Schema = z.ZodType | undefined;
type ResponseOf<S> = S extends z.ZodType ? z.output<S> : undefined;

type RouteDeclaration<P, Q, B, R> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly paths: Paths;
  /** `wire`: the assistant for clients of other APIs, at separate addresses. */
  readonly tag: 'assistant' | 'wire' | 'account' | 'organization' | 'operator' | 'document';
  readonly summary: string;
  readonly description?: string;
  /** Path parameters. A value that doesn't parse can't exist, so it gets 404 unless `invalidParams` says otherwise. */
  readonly params?: P;
  readonly invalidParams?: 'BAD_REQUEST';
  readonly query?: Q;
  /** Documented only; handlers read headers themselves. */
  readonly headers?: z.ZodObject;
  readonly body?: B;
  readonly bodyLimitBytes?: number;
  /** An empty body counts as `{}`. */
  readonly isBodyOptional?: true;
  readonly reply: {
    readonly status: 200 | 201 | 204 | 303;
    readonly description: string;
    readonly schema?: R;
    /** For replies that are not JSON; the handler then returns a `Response`. */
    readonly media?: { readonly type: string; readonly schema: z.ZodType };
  };
  /** The audit event of a successful call, for reads that few may do. Refused calls are always recorded. */
  readonly records?: AuditEvent['event'];
  /** The form of an error, if it is not a problem of RFC 9457. */
  readonly refusal?: z.ZodType;
  /** Beyond those that every route of its kind has. */
  readonly errors?: readonly ErrorCode[];
  /** For addresses that people open in a browser: an error is shown as a page with this link. */
  readonly errorPage?: NextStep;
};

type RouteSteps<P, Q, Body, R, F> = {
  /**
   * Looks up the named resource after the permission check and before the body is validated: 404 comes before 400.
   * @throws AppError, usually NOT_FOUND
   */
  readonly find?: (c: Context<EdgeEnv>, request: FindRequest<P, Q>) => F | Promise<F>;
  /** For scopes with separate rights: 404 then comes before 403. */
  readonly findsBeforePermission?: true;
  /** Returns a value that matches the reply's schema, or a `Response`; nothing for 204. */
  readonly handler: (
    c: Context<EdgeEnv>,
    request: { readonly params: ResponseOf<P>; readonly query: ResponseOf<Q>; readonly body: Body; readonly found: F },
  ) => HandlerResult<R> | Promise<HandlerResult<R>>;
};

type FindRequest<P, Q> = {
  readonly params: ResponseOf<P>;
  readonly query: ResponseOf<Q>;
  /** The body before it is validated. */
  readonly json: JsonBody;
};

type HandlerResult<R> = Response | ResponseOf<R>;

/** What a route declares, without its types. */
export type Route = RouteDeclaration<z.ZodObject, z.ZodType, z.ZodType, z.ZodType> &
  (
    | (Guard & { readonly modelCall?: undefined })
    | (ModelGuard & { readonly cost?: undefined; readonly needsRecentSignIn?: undefined })
  ) & {
    readonly find?: (c: Context<EdgeEnv>, request: object) => unknown;
    readonly findsBeforePermission?: true;
    readonly handler: (c: Context<EdgeEnv>, request: object) => unknown;
  };

export function defineRoute<
  P extends z.ZodObject | undefined = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
  R extends Schema = undefined,
  F = undefined,
>(route: RouteDeclaration<P, Q, B, R> & Guard & RouteSteps<P, Q, ResponseOf<B>, R, F>): Route {
  return route as unknown as Route;
}

/** A route that calls a model. The gate checks its body last, so its handler gets the body unchanged. */
export function defineModelRoute<
  P extends z.ZodObject | undefined = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
  R extends Schema = undefined,
  F = undefined,
>(route: RouteDeclaration<P, Q, B, R> & ModelGuard & RouteSteps<P, Q, JsonBody, R, F>): Route {
  return route as unknown as Route;
}

/** One of these is needed. Empty if membership is enough, or less. */
export function permissionsOf({ permission }: Route): readonly Permission[] {
  if (typeof permission === 'object') return permission;
  return permission === 'member' || isWithoutMembership(permission) ? [] : [permission];
}

type WithoutMembership = 'public' | 'signed-in' | 'account' | 'operator';

const isWithoutMembership = (permission: Route['permission']): permission is WithoutMembership =>
  permission === 'public' || permission === 'signed-in' || permission === 'account' || permission === 'operator';

/** Whether it acts in one org, of which the user must be a member. */
export const needsMembership = ({ permission }: Route): boolean => !isWithoutMembership(permission);

/** Whether the org's flag turns it off. */
export const needsAssistant = ({ feature }: Route): boolean => feature === 'assistant';
