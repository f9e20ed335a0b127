// Turns a message or a decision into a run, for every wire. The body is validated last, in the gate. The result is the run's
// log as AG-UI frames, which each wire translates.
import type { Context } from 'hono';
import type { RunCall, RunRequest } from '../../durable/contracts/conversation.ts';
import { conversationOf } from '../../durable/contracts/conversation.ts';
import type { Access } from '../../durable/principal.ts';
import type { EdgeEnv } from '../edge-env.ts';
import { requireEvents } from '../http/event-stream.ts';
import { requireOpenModelGate, understood } from './model-call.ts';
import { modelFor, scopeOf } from './named-scope.ts';

/** Larger than for other routes, because clients repeat their transcript. */
export const RUN_BODY_LIMIT_BYTES = 1024 * 1024;

/** Parses the run that a wire requests. */
export type RunParser<Parsed extends { readonly run: RunRequest }> = {
  /** The model that a body names, even if the rest of it is invalid: whether the plan has it is decided first. */
  requestedModel(body: unknown): string | null;
  /** @throws AppError if the body is invalid. */
  read(body: unknown): Promise<Parsed>;
  /** Adds what has to be looked up for the run, after the gate. @throws AppError */
  complete?(run: RunRequest, access: Access): Promise<RunRequest>;
};

export type AdmittedRun<Parsed> = Parsed & { readonly events: ReadableStream<Uint8Array> };

/**
 * For routes that call a model.
 * @throws AppError for every refusal
 */
export async function startRun<Parsed extends { readonly run: RunRequest }>(
  c: Context<EdgeEnv>,
  parser: RunParser<Parsed>,
  lastEventId?: string | undefined,
): Promise<AdmittedRun<Parsed>> {
  const body = c.get('body');
  const named = body.ok ? body.value : null;
  const input = await understood(body, (value) => parser.read(value));
  const model = () => {
    const session = { programId: c.get('sessionProgramId'), designId: null };
    return modelFor(c, { requested: parser.requestedModel(named), session, named: scopeOf(c.get('scope')) });
  };
  // An approved change is made even if no tokens are left this month; only the model's report on it can be refused.
  const isDecision = input.ok && input.value.run.decisions.length > 0;
  const asked = await requireOpenModelGate(c, { input, ...(!isDecision && { model }) });
  const access = c.get('access');
  const about = { ...asked.run, ...scopeOf(c.get('scope')) };
  const run = (await parser.complete?.(about, access)) ?? about;
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
