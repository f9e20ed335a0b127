// What a model is asked: the prompt, as much of the conversation as fits, the tools. Reads, and changes nothing.
import type { SharedPlace } from '../packs/pack.ts';
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
import type { Thread } from './thread.ts';

/** The most history that one turn sends. Costs grow with it on every turn, usefulness hardly. */
const MAX_HISTORY_TOKENS = 48_000;

export type Question = {
  readonly access: Access;
  /** What is in view, and in whose company; null in a conversation of one person. */
  readonly place: SharedPlace | null;
  readonly resolved: Resolved;
  readonly mode: RunMode;
  /** What the user's program adds to this turn: to the rules, and a lower limit for each answer. */
  readonly instructions?: string | null;
  readonly maxOutputTokens?: number | null;
  readonly programId: string | null;
  readonly designId: string | null;
  /** What the user has in view, in words. */
  readonly about: string | null;
  readonly tools: readonly Tool[];
  /** The turn that asks, and the first that is still sent. */
  readonly ordinal: number;
  readonly historyFrom: number;
  readTurn(ordinal: number): Turn;
  readonly thread: Thread;
};

export type Prepared = {
  readonly request: ModelRequest;
  /** Estimated, rather too many than too few. */
  readonly promptTokens: number;
  readonly historyFrom: number;
};

export function prepareRequest(deps: Pick<ConversationDeps, 'viewOf'>, question: Question): Prepared {
  const { access, place, resolved, mode, programId, designId, tools } = question;
  const isShared = place !== null;
  const view = place?.view ?? deps.viewOf(access, { programId, designId });
  const domain = promptFor({ access, mode, shared: place, ...view });
  const instructions = question.instructions ?? null;
  const system = systemPrompt(access, { domain, about: question.about, isShared, instructions });
  const asked = question.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const maxOutputTokens = Math.min(resolved.model.maxOutputTokens, answerTokens(access), asked);
  const room = resolved.model.contextTokens - maxOutputTokens - estimateTokens(system);
  const history = assembleHistory(
    {
      readTurn: (ordinal) => question.readTurn(ordinal),
      parentOf: question.thread.parentOf,
      ownerId: question.thread.ownerId,
      isShared,
    },
    {
      from: Math.max(question.historyFrom, 1),
      current: question.ordinal,
      maxTokens: Math.min(room, MAX_HISTORY_TOKENS),
    },
  );
  const request: ModelRequest = {
    model: resolved.model.id,
    system,
    messages: history.messages,
    tools: tools.map(toModelTool),
    maxOutputTokens,
    cacheKey: question.thread.cacheKey,
  };
  return { request, promptTokens: estimateRequestTokens(request), historyFrom: history.from };
}
