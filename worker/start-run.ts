// A message, or a decision, on its way into a conversation: the one way of every wire. What a body says is judged last,
// behind the gate; what comes back is the log of the run, as AG-UI frames that each wire puts into its own words.
import type { Context, MiddlewareHandler } from 'hono';
import { conversationOf } from '../durable/conversation/conversation-stub.ts';
import type { RunCall, RunRequest } from '../durable/conversation/requests.ts';
import type { Access } from '../durable/principal.ts';
import type { EdgeEnv } from './edge-env.ts';
import { requireEvents } from './event-stream.ts';
import { callsModel, type ModelCallOptions, requireOpenModelGate, understood } from './model-call.ts';
import { scopeOf } from './named-scope.ts';
import { modelFor } from './scope.ts';

/** Clients repeat their transcript, so these addresses take more than others. */
export const RUN_BODY_LIMIT_BYTES = 1024 * 1024;

/** In front of a route that starts a run. It starts on last-known rights, which the Conversation confirms. */
export const startsRun = (
  names: Pick<ModelCallOptions, 'runOf' | 'sessionOf' | 'namesOf'>,
): MiddlewareHandler<EdgeEnv> => callsModel({ rights: 'last-known', limitBytes: RUN_BODY_LIMIT_BYTES, ...names });

/** How a wire asks for a run. */
export type RunDialect<Asked extends { readonly run: RunRequest }> = {
  /** The model that a body asks for, wherever the rest of it is wrong: whether a plan has it is said before that. */
  requestedModel(body: unknown): string | null;
  /** @throws AppError where the body is not what the wire takes. */
  read(body: unknown): Promise<Asked>;
  /** Adds what must be looked up for the run, once nothing refuses it. @throws AppError */
  complete?(run: RunRequest, access: Access): Promise<RunRequest>;
};

export type StartedRun<Asked> = Asked & { readonly events: ReadableStream<Uint8Array> };

/**
 * Behind `startsRun`.
 * @throws AppError for every refusal
 */
export async function startRun<Asked extends { readonly run: RunRequest }>(
  c: Context<EdgeEnv>,
  dialect: RunDialect<Asked>,
  lastEventId?: string | undefined,
): Promise<StartedRun<Asked>> {
  const body = c.get('body');
  const named = body.ok ? body.value : null;
  const input = await understood(body, (value) => dialect.read(value));
  const model = () => {
    const session = { programId: c.get('sessionProgramId'), designId: null };
    return modelFor(c, { requested: dialect.requestedModel(named), session, named: scopeOf(c.get('scope')) });
  };
  // What the user confirms is done whatever is left of the month; only its report may be refused.
  const isDecision = input.ok && input.value.run.decisions.length > 0;
  const asked = await requireOpenModelGate(c, { input, ...(!isDecision && { model }) });
  const access = c.get('access');
  const about = { ...asked.run, ...scopeOf(c.get('scope')) };
  const run = (await dialect.complete?.(about, access)) ?? about;
  const call: RunCall = {
    run,
    access,
    settings: c.get('settings'),
    requestId: c.get('requestId'),
    lastEventId: lastEventId ?? null,
  };
  const response = await conversationOf(c.env, access.orgId, asked.run.sessionId).fetch('https://conversation/run', {
    method: 'POST',
    body: JSON.stringify(call),
  });
  return { ...asked, events: await requireEvents(response) };
}
