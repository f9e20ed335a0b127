// The object's streams over `fetch`: a new run, a resumed run, and the watch of a page that has the conversation open.
// Streams are shown on confirmed rights; in a shared conversation they end when the rights do.

import { RunCall, refusalResponse } from '../contracts/conversation.ts';
import { AppError } from '../errors.ts';
import { Access } from '../principal.ts';
import { arrive, enterConversation, getVisible, isSharedPlace, mayOpen } from './conversation-access.ts';
import type { ConversationDeps } from './deps.ts';
import { parseEventId } from './log/events.ts';
import { streamRun } from './log/follow.ts';
import type { Watchers } from './log/watchers.ts';
import { type StartedRun, startRun } from './run/admission/start-run.ts';
import { reserveInAdvance } from './run/reservation.ts';
import { mayDecide, mayShow, watchReader } from './run/rights.ts';
import { findRun, type Lease } from './run/runs.ts';

const SSE_HEADERS = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' };
/** If an object has too many watchers, a page polls at this interval. */
const WATCH_AGAIN_SECONDS = 60;

/**
 * `POST /run` with a `RunCall`; `GET /runs/<runId>?after=<event id>` or `GET /watch` with the Access in a header.
 * @throws AppError, the refusal
 */
export async function serveStream(deps: ConversationDeps, watchers: Watchers, request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (request.method === 'POST' && url.pathname === '/run') return serveRun(deps, RunCall.parse(await request.json()));
  const access = Access.parse(JSON.parse(request.headers.get('X-Groundwire-Access') ?? 'null'));
  await arrive(deps, access);
  if (url.pathname === '/watch') return serveWatch(deps, watchers, access);
  const runId = decodeURIComponent(url.pathname.slice('/runs/'.length));
  requireVisibleRun(deps, access, runId);
  return serveStored(deps, access, runId, parseEventId(runId, url.searchParams.get('after')) ?? -1);
}

async function serveRun(deps: ConversationDeps, call: RunCall): Promise<Response> {
  const { access, run } = call;
  await arrive(deps, access);
  if (!enterConversation(deps, access)) throw new AppError('NOT_FOUND');
  const after = parseEventId(run.runId, call.lastEventId) ?? -1;
  const undecided = run.decisions.length > 0 ? await mayDecide(deps, access) : null;
  if (undecided) return refusalResponse(undecided);
  const advance = await reserveInAdvance(deps, call);
  if (!advance.ok) return refusalResponse(advance.refusal);
  const started = startWith(deps, call, advance.lease);
  if (!started) return serveStored(deps, access, run.runId, after);
  // Nothing can be shown before the gate is open. Waiting here costs nothing, and a refusal gets a real HTTP status.
  const refused = await started.refusal;
  return refused ? refusalResponse(refused) : serveEvents(deps, access, run.runId, after);
}

/** Gives tokens back that were reserved for a run that isn't admitted. */
function startWith(deps: ConversationDeps, call: RunCall, lease: Lease | null): StartedRun | null {
  let started: StartedRun | null = null;
  try {
    started = startRun(deps, call, lease);
    return started;
  } finally {
    if (lease && !started) deps.background(deps.budget.release(call.access.orgId, lease));
  }
}

async function serveWatch(deps: ConversationDeps, watchers: Watchers, access: Access): Promise<Response> {
  if (!mayOpen(deps, access)) throw new AppError('NOT_FOUND');
  const refusal = await mayShow(deps, access);
  if (refusal) return refusalResponse(refusal);
  if (watchers.isFull()) throw new AppError('RATE_LIMITED', { retryAfterSeconds: WATCH_AGAIN_SECONDS });
  return respond(deps, watchers.watch(access));
}

/** Stored events need confirmed rights. The run may have been deleted while they were checked. */
async function serveStored(deps: ConversationDeps, access: Access, runId: string, after: number): Promise<Response> {
  const refusal = await mayShow(deps, access);
  if (refusal) return refusalResponse(refusal);
  requireVisibleRun(deps, access, runId);
  return serveEvents(deps, access, runId, after);
}

function requireVisibleRun(deps: ConversationDeps, access: Access, runId: string): void {
  if (!getVisible(deps, access) || !findRun(deps.sql, runId)) throw new AppError('NOT_FOUND');
}

/** A run ends with its own user's rights. Other readers of a shared conversation are watched here. */
function serveEvents(deps: ConversationDeps, access: Access, runId: string, after: number): Response {
  if (!isSharedPlace(deps)) return respond(deps, streamRun(deps, runId, after));
  const rights = watchReader(deps, access);
  const { body, done } = streamRun(deps, runId, after, rights.gone);
  return respond(deps, { body, done: done.finally(rights.stop) });
}

function respond(
  { background }: Pick<ConversationDeps, 'background'>,
  stream: { readonly body: ReadableStream<Uint8Array>; readonly done: Promise<void> },
): Response {
  background(stream.done);
  return new Response(stream.body, { headers: SSE_HEADERS });
}
