// Builds a request to a model: the prompt, as much of the conversation as fits, the tools. It changes nothing.
import type { DraftBrief } from '../../contracts/draft.ts';
import type { EffortChoice, RunMode } from '../../contracts/session.ts';
import { isExperimentalFeatureEnabled } from '../../features.ts';
import type { SharedPlace } from '../../packs/pack.ts';
import { promptFor } from '../../packs/registry.ts';
import type { Access } from '../../principal.ts';
import { effortOf, NO_EFFORT_RULES } from '../../providers/models/effort.ts';
import { estimateRequestTokens, estimateTokens } from '../../providers/models/estimate-tokens.ts';
import type { ModelRequest, Remedy } from '../../providers/provider.ts';
import { draftSystem } from '../../templates/draft-prompt.ts';
import { toModelTool } from '../../tools/model-tools.ts';
import type { Tool } from '../../tools/tool.ts';
import { isCrowded } from '../compaction/boundary.ts';
import type { Summary } from '../compaction/summaries.ts';
import type { Thread } from '../history/thread.ts';
import type { AssignedModels } from '../run/assignment.ts';
import { assembleHistory, type HistoryTurn } from './history.ts';
import { systemPrompt } from './system-prompt.ts';

/** The longest answer. It limits the cost of one step. */
const ANSWER_TOKENS = 8_192;
const LONG_ANSWER_TOKENS = 32_768;

const answerTokens = (access: Access): number =>
  isExperimentalFeatureEnabled(access, 'longAnswers') ? LONG_ANSWER_TOKENS : ANSWER_TOKENS;

/** The most history that one turn sends. Every turn pays for all of it, and more rarely helps. */
const MAX_HISTORY_TOKENS = 48_000;

export type RequestInput = {
  readonly access: Access;
  /** The shared place; null for a private conversation. */
  readonly place: SharedPlace | null;
  readonly resolved: AssignedModels;
  readonly mode: RunMode;
  /** What the user's program adds to this turn: instructions, and a lower limit for each answer. */
  readonly instructions?: string | null;
  readonly maxOutputTokens?: number | null;
  readonly effort?: EffortChoice | null;
  readonly tools: readonly Tool[];
  /** The document to draft. Its request has only its source rows, without tools and earlier messages. */
  readonly draft?: DraftBrief | null;
  /** The turn of the question, and the first turn that is still sent. */
  readonly ordinal: number;
  readonly historyFrom: number;
  /** Of earlier turns on its branch. */
  readonly summary?: Summary | null;
  readTurn(ordinal: number): HistoryTurn;
  readonly thread: Thread;
  /** Found earlier in the conversation, for this connection and model. */
  readonly remedies?: readonly Remedy[];
};

export type PreparedRequest = {
  readonly request: ModelRequest;
  /** An estimate, rather too high than too low. */
  readonly promptTokens: number;
  readonly historyFrom: number;
  /** The most history that is sent. */
  readonly maxHistoryTokens: number;
  /** Earlier turns should be summarized: little room is left, or some are not sent. */
  readonly needsSummary: boolean;
};

export function prepareRequest(question: RequestInput): PreparedRequest {
  const { access, place, resolved, mode, tools } = question;
  const isShared = place !== null;
  const { draft = null } = question;
  const domain = draft ? draftSystem(draft) : promptFor({ access, mode, shared: place });
  const instructions = question.instructions ?? null;
  const system = systemPrompt(access, { domain, isShared, instructions });
  const asked = question.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const maxOutputTokens = Math.min(resolved.model.maxOutputTokens, answerTokens(access), asked);
  const room = resolved.model.contextTokens - maxOutputTokens - estimateTokens(system);
  const maxHistoryTokens = Math.min(room, MAX_HISTORY_TOKENS);
  const history = assembleHistory(
    {
      readTurn: (ordinal) => question.readTurn(ordinal),
      parentOf: question.thread.parentOf,
      ownerId: question.thread.ownerId,
      isShared,
      connection: resolved.connection,
    },
    {
      from: draft ? question.ordinal : Math.max(question.historyFrom, 1),
      current: question.ordinal,
      maxTokens: maxHistoryTokens,
      summary: draft ? null : (question.summary ?? null),
    },
  );
  const effort = effortOf(resolved.model, question.effort ?? null, resolved.effortRules ?? NO_EFFORT_RULES);
  const request: ModelRequest = {
    model: resolved.model.id,
    system,
    messages: history.messages,
    tools: tools.map(toModelTool),
    maxOutputTokens,
    ...(effort !== null && { effort }),
    cacheKey: question.thread.cacheKey,
    asker: { orgId: access.orgId, userId: access.userId },
    connection: resolved.connection,
    isCallIdTaken: question.thread.isCallIdTaken,
    ...(question.remedies?.length && { remedies: question.remedies }),
  };
  return {
    request,
    promptTokens: estimateRequestTokens(request),
    historyFrom: draft ? question.historyFrom : history.from,
    maxHistoryTokens,
    needsSummary: !draft && (history.hasGap || isCrowded(history.tokens, maxHistoryTokens)),
  };
}
