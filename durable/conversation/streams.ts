// What an object serves over fetch: a run that begins, a run that is taken up again, and the watch of whoever has the
// conversation open. Everything is shown on rights that hold, and at a shared place only as long as they hold.
import { AppError } from '../errors.ts';
import { Access } from '../principal.ts';
import { refusalByBudget } from './ask-budget-first.ts';
import { arrive, getVisible, isSharedPlace, mayOpen } from './audience.ts';
import type { ConversationDeps } from './deps.ts';
import { parseEventId } from './events.ts';
import { follow } from './follow.ts';
import { watchReader } from './reader-rights.ts';
import { RunCall, refusalResponse } from './requests.ts';
import { findRun } from './runs.ts';
import { mayDecide, mayShow } from './watch-rights.ts';
import type { Watchers } from './watchers.ts';

const SSE_HEADERS = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' };
/** Where more watch than one object takes, a page asks from time to time instead. */
const WATCH_AGAIN_SECONDS = 60;

export type StreamDeps = {
  readonly conversation: ConversationDeps;
  readonly watchers: Watchers;
  /** Admits a turn and lets it run; null for one that was admitted before. One that must wait is refused in its stream. */
  start(call: RunCall): { readonly refusal: Promise<AppError | null> } | null;
  waitUntil(work: Promise<unknown>): void;
};

export function createStreams({ conversation: deps, watchers, start, waitUntil }: StreamDeps) {
  /**
   * `POST /run` with a `RunCall`; `GET /runs/<runId>?after=<event id>` or `GET /watch` with the Access as a header.
   * @throws AppError, the refusal
   */
  async function serve(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (request.method === 'POST' && url.pathname === '/run') return run(RunCall.parse(await request.json()));
    const access = Access.parse(JSON.parse(request.headers.get('X-Groundwire-Access') ?? 'null'));
    await arrive(deps, access);
    if (url.pathname === '/watch') return watch(access);
    const runId = decodeURIComponent(url.pathname.slice('/runs/'.length));
    requireRun(access, runId);
    return showStored(access, runId, parseEventId(runId, url.searchParams.get('after')) ?? -1);
  }

  async function run(call: RunCall): Promise<Response> {
    await arrive(deps, call.access);
    const after = parseEventId(call.run.runId, call.lastEventId) ?? -1;
    const refused = await refusalByBudget(deps, call);
    if (refused) return refusalResponse(refused);
    const unproven = call.run.decisions.length > 0 ? await mayDecide(deps, call.access) : null;
    if (unproven) return refusalResponse(unproven);
    const started = start(call);
    if (!started) return showStored(call.access, call.run.runId, after);
    // Nothing can be shown before, so waiting here costs nothing and lets a refusal be a real status.
    const refusal = await started.refusal;
    return refusal ? refusalResponse(refusal) : stream(call.access, call.run.runId, after);
  }

  async function watch(access: Access): Promise<Response> {
    if (!mayOpen(deps, access)) throw new AppError('NOT_FOUND');
    const refusal = await mayShow(deps, access);
    if (refusal) return refusalResponse(refusal);
    if (watchers.isFull()) throw new AppError('RATE_LIMITED', { retryAfterSeconds: WATCH_AGAIN_SECONDS });
    return respond(watchers.watch(access));
  }

  /** What is stored is shown on rights that hold only, and may have been deleted when that is known. */
  async function showStored(access: Access, runId: string, after: number): Promise<Response> {
    const refusal = await mayShow(deps, access);
    if (refusal) return refusalResponse(refusal);
    requireRun(access, runId);
    return stream(access, runId, after);
  }

  function requireRun(access: Access, runId: string): void {
    if (!getVisible(deps, access) || !findRun(deps.sql, runId)) throw new AppError('NOT_FOUND');
  }

  /** A run ends when its own person's rights do. Others who read along are watched besides. */
  function stream(access: Access, runId: string, after: number): Response {
    if (!isSharedPlace(deps)) return respond(follow(deps, runId, after));
    const rights = watchReader(deps, access);
    const { body, done } = follow(deps, runId, after, rights.gone);
    return respond({ body, done: done.finally(rights.stop) });
  }

  function respond(served: { readonly body: ReadableStream<Uint8Array>; readonly done: Promise<void> }): Response {
    waitUntil(served.done);
    return new Response(served.body, { headers: SSE_HEADERS });
  }

  return { serve };
}
