// What a model is asked: the prompt, as much of the conversation as fits, the tools. Reads, and changes nothing.
import { promptFor } from '../packs/registry.ts';
import type { Access } from '../principal.ts';
import { estimateRequestTokens, estimateTokens } from '../providers/estimate-tokens.ts';
import type { ModelRequest } from '../providers/provider.ts';
import { toModelTool } from '../tools/model-tools.ts';
import type { Tool } from '../tools/tool.ts';
import { answerTokens } from './answer-length.ts';
import type { ConversationDeps, Resolved } from './deps.ts';
import { assembleHistory, type Turn } from './history.ts';
import type { RunMode } from './requests.ts';
import { systemPrompt } from './system-prompt.ts';

/** The most history that one turn sends. Costs grow with it on every turn, usefulness hardly. */
const MAX_HISTORY_TOKENS = 48_000;

export type Question = {
  readonly access: Access;
  readonly resolved: Resolved;
  readonly mode: RunMode;
  readonly programId: string | null;
  readonly designId: string | null;
  readonly tools: readonly Tool[];
  /** The turn that asks, and the first that is still sent. */
  readonly ordinal: number;
  readonly historyFrom: number;
  readonly sessionId: string;
  readTurn(ordinal: number): Turn;
};

export type Prepared = {
  readonly request: ModelRequest;
  /** Estimated, rather too many than too few. */
  readonly promptTokens: number;
  readonly historyFrom: number;
};

export function prepareRequest(deps: Pick<ConversationDeps, 'viewOf'>, question: Question): Prepared {
  const { access, resolved, mode, programId, designId, tools } = question;
  const domain = promptFor({ access, mode, ...deps.viewOf(access, { programId, designId }) });
  const system = systemPrompt(access, domain);
  const maxOutputTokens = Math.min(resolved.model.maxOutputTokens, answerTokens(access));
  const room = resolved.model.contextTokens - maxOutputTokens - estimateTokens(system);
  const history = assembleHistory(question, {
    from: Math.max(question.historyFrom, 1),
    current: question.ordinal,
    maxTokens: Math.min(room, MAX_HISTORY_TOKENS),
  });
  const request: ModelRequest = {
    model: resolved.model.id,
    system,
    messages: history.messages,
    tools: tools.map(toModelTool),
    maxOutputTokens,
    cacheKey: question.sessionId,
  };
  return { request, promptTokens: estimateRequestTokens(request), historyFrom: history.from };
}
