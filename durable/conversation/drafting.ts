// What a turn does besides answering where its answer is a draft: it tells which rows the draft is made of before the first
// word, and looks up what the draft says when the last one is written.
import { checkDraft } from '../templates/check/check-draft.ts';
import { type DraftBrief, type DraftCheck, listed } from '../templates/draft.ts';
import type { ConversationDeps, Step } from './deps.ts';
import type { TranscriptMessage } from './requests.ts';
import type { Run } from './runs.ts';
import { readTurn, textOf } from './transcript.ts';

export const isDraft = ({ scope }: Pick<Run, 'scope'>): boolean => (scope.templateId ?? null) !== null;

/** The document that a run was asked for; null where it was asked for none, or its conversation was deleted. */
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

/** What of the words written so far stands in no source; null where the answer is no draft, or has no words. */
export function checkAnswer(
  deps: Pick<ConversationDeps, 'sql'>,
  run: Run,
  { writer }: Pick<Step, 'writer'>,
): DraftCheck | null {
  const brief = briefOf(deps, run);
  const text = textOf(writer.parts());
  if (!brief || text === '') return null;
  const [question] = readTurn(deps.sql, run.ordinal);
  // Who signs, and what the person wrote themselves, needs no row.
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
