// Which model answers a message: by the request, else by what the conversation was set to, else by the settings of its scope.
import type { Access } from '../principal.ts';
import type { AiSettings } from '../providers/ai-settings.ts';
import type { ConversationDeps, LiveTurn, Resolved } from './deps.ts';
import type { Answer, RunRequest } from './requests.ts';
import type { Session } from './session.ts';
import { programsOf } from './turn-scope.ts';

export type Rights = { readonly access: Access; readonly settings: AiSettings };

/**
 * What the request names must be allowed. What the conversation was set to may have left the plan or the settings since:
 * then the default.
 */
export function resolveFor(
  deps: Pick<ConversationDeps, 'resolveModel'>,
  request: Pick<RunRequest, 'model' | 'programId' | 'designId'>,
  session: Session | null,
  rights: Rights,
): Answer<Resolved> {
  const question = { ...rights, programs: programsOf(session, request) };
  if (request.model !== null) return deps.resolveModel({ ...question, requested: request.model });
  const chosen = session?.model ? deps.resolveModel({ ...question, requested: session.model }) : null;
  return chosen?.ok ? chosen : deps.resolveModel({ ...question, requested: null });
}

/** The same question for a turn that was admitted, on rights and settings of a later moment. */
export function resolveAgain(
  deps: Pick<ConversationDeps, 'resolveModel' | 'session'>,
  turn: LiveTurn,
  rights: { readonly access: Access; readonly settings?: AiSettings },
): Answer<Resolved> {
  const { programId, designId } = turn.run.scope;
  const request = { model: turn.requestedModel, programId, designId };
  return resolveFor(deps, request, deps.session.get(), { access: rights.access, settings: rights.settings ?? [] });
}
