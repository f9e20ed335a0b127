// Selects the model that answers a run: the one named in the request, or the conversation's, or the default of its settings.
// Confirmed settings may name another one, and a fallback may replace it. From then on the run uses that model and its
// prices.

import type { AiSettings } from '../../contracts/ai-settings.ts';
import type { ConversationReply, RunRequest } from '../../contracts/conversation.ts';
import { AppError } from '../../errors.ts';
import type { Access } from '../../principal.ts';
import type { AnsweringModel } from '../../providers/models/catalog.ts';
import { programsOf } from '../prompt/turn-scope.ts';
import type { Session } from '../session.ts';
import { answeredBy, type Run, setRunAnswering } from './runs.ts';

/** The model that answers, and its fallback. */
export type AssignedModels = AnsweringModel & { readonly fallback: AnsweringModel | null };

/** The input for selecting a model, with the user's rights and settings. */
export type ModelQuestion = {
  readonly requested: string | null;
  readonly access: Access;
  readonly settings: AiSettings;
  /** The programs that the conversation and its turn are about; the first one decides. */
  readonly programs: readonly string[];
};

export type ResolveModel = (question: ModelQuestion) => ConversationReply<AssignedModels>;

export type Rights = { readonly access: Access; readonly settings: AiSettings };

/**
 * A model named in the request must be allowed. If the conversation's own model is no longer in the plan or the settings,
 * the default answers. A retired one is refused: the page offers its successor, and the user chooses.
 */
export function resolveFor(
  resolveModel: ResolveModel,
  request: Pick<RunRequest, 'model' | 'programId' | 'designId'>,
  session: Session | null,
  rights: Rights,
): ConversationReply<AssignedModels> {
  const question = { ...rights, programs: programsOf(session, request) };
  if (request.model !== null) return resolveModel({ ...question, requested: request.model });
  const chosen = session?.model ? resolveModel({ ...question, requested: session.model }) : null;
  if (chosen && (chosen.ok || chosen.code === 'MODEL_RETIRED')) return chosen;
  return resolveModel({ ...question, requested: null });
}

export type Assignment = ReturnType<typeof createAssignment>;

export function createAssignment(admitted: Run, first: AssignedModels) {
  let run = admitted;
  let resolved = first;
  let request: AbortController | null = null;
  let successor: AssignedModels | null = null;

  /** A request is sent to the model. The signal aborts when confirmed settings name another one. */
  function beginRequest(): AbortSignal {
    request = new AbortController();
    return request.signal;
  }

  /**
   * Compares the model with the one that confirmed settings name. `unasked`: it differs, and no request has been sent yet.
   * `superseded`: it differs, so the request is aborted and `takeSuccessor` returns the new model.
   */
  function confirm(confirmed: AssignedModels): 'same' | 'unasked' | 'superseded' {
    const isSame = resolved.model.id === confirmed.model.id && resolved.connection === confirmed.connection;
    if (isSame) return 'same';
    if (!request) return 'unasked';
    successor = confirmed;
    request.abort(new AppError('RUN_INTERRUPTED'));
    return 'superseded';
  }

  function takeSuccessor(): AssignedModels | null {
    const next = successor;
    successor = null;
    return next;
  }

  /** Part of the caller's commit. */
  function switchTo(sql: SqlStorage, to: AssignedModels): void {
    resolved = to;
    run = { ...run, ...answeredBy(to) };
    setRunAnswering(sql, run);
  }

  return {
    /** The run, with the name and prices of the model that answers now. */
    run: (): Run => run,
    resolved: (): AssignedModels => resolved,
    beginRequest,
    confirm,
    takeSuccessor,
    switchTo,
  };
}
