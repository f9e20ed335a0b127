// What a run does in addition if its answer is a draft: it shows the sources before the first word, and checks the draft
// against them after the last.

import { type DraftBrief, type DraftCheck, listed } from '../../contracts/draft.ts';
import type { TranscriptMessage } from '../../contracts/transcript.ts';
import { checkDraft } from '../../templates/check/check-draft.ts';
import type { ConversationDeps } from '../deps.ts';
import { readTurn, textOf } from '../history/transcript.ts';
import type { Run } from '../run/runs.ts';
import type { Step } from '../run/step.ts';

export const isDraft = ({ scope }: Pick<Run, 'scope'>): boolean => (scope.templateId ?? null) !== null;

/** The document that a run was asked for; null if there is none, or its conversation was deleted. */
export function briefOf(
  { sql }: Pick<ConversationDeps, 'sql'>,
  run: Pick<Run, 'scope' | 'ordinal'>,
): DraftBrief | null {
  if (!isDraft(run)) return null;
  const [question] = readTurn(sql, run.ordinal);
  return question?.draft?.type === 'brief' ? question.draft : null;
}

export function showSources(deps: Pick<ConversationDeps, 'sql' | 'log'>, run: Run): void {
  const brief = briefOf(deps, run);
  if (!brief) return;
  const { templateId, templateName, sources, notes } = brief;
  const value = { templateId, templateName, sources: listed(sources), notes };
  deps.log.append(run.runId, { type: 'CUSTOM', name: 'draft', value });
}

/** The facts in the answer that match no source; null if the answer is not a draft or is empty. */
export function checkAnswer(
  deps: Pick<ConversationDeps, 'sql'>,
  run: Run,
  { writer }: Pick<Step, 'writer'>,
): DraftCheck | null {
  const brief = briefOf(deps, run);
  const text = textOf(writer.parts());
  if (!brief || text === '') return null;
  const [question] = readTurn(deps.sql, run.ordinal);
  // The signer and the user's own text need no source.
  return checkDraft(text, brief, [run.actorName ?? '', ...(question ? [textOf(question.parts)] : [])]);
}

export function showCheck(
  deps: Pick<ConversationDeps, 'log'>,
  run: Run,
  { id: messageId, draft }: Pick<TranscriptMessage, 'id' | 'draft'>,
): void {
  if (draft?.type !== 'check') return;
  const { type: _type, ...check } = draft;
  deps.log.append(run.runId, { type: 'CUSTOM', name: 'draft-check', value: { messageId, ...check } });
}
