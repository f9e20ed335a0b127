// Where a turn begins a branch: in place of a question that is edited, or beside an answer that is asked for again. What
// stood there stays as it is, on the branch that is left.
import { AppError } from '../errors.ts';
import type { Access } from '../principal.ts';
import { parentOf, readBranches } from './branches.ts';
import type { ConversationDeps } from './deps.ts';
import type { RunRequest, TranscriptMessage } from './requests.ts';
import type { Session } from './session.ts';
import { findPlace, readTurn } from './transcript.ts';

export type Begun = {
  /** The turn that the branch goes on from. */
  readonly parent: number;
  readonly repeats: number | null;
  /** The question that is asked again; null where it is another one. */
  readonly question: TranscriptMessage | null;
};

/**
 * Null for a turn that follows what is shown.
 * @throws AppError NOT_FOUND, MESSAGE_OF_ANOTHER, ANSWER_UNDER_WAY or BAD_REQUEST
 */
export function branchOff(
  deps: Pick<ConversationDeps, 'sql' | 'live'>,
  request: Pick<RunRequest, 'branch' | 'decisions'>,
  access: Access,
  session: Session | null,
): Begun | null {
  if (!request.branch) return null;
  if (!session) throw new AppError('NOT_FOUND');
  const { kind, messageId } = request.branch;
  if (request.decisions.length > 0) throw new AppError('BAD_REQUEST', { detail: 'A decision begins no branch.' });
  const place = findPlace(deps.sql, messageId);
  const branches = readBranches(deps.sql);
  const asked = place && questionOf(deps.sql, place.ordinal, (ordinal) => parentOf(branches, ordinal));
  if (!asked) throw new AppError('NOT_FOUND');
  const { ordinal, question } = asked;
  if (kind === 'edit' && question.id !== messageId)
    throw new AppError('BAD_REQUEST', { detail: 'Only a question can be edited.' });
  if (session.audience === 'shared' && question.author?.id !== access.userId)
    throw new AppError('MESSAGE_OF_ANOTHER', tellWhose(question));
  if (deps.live.size > 0) throw new AppError('ANSWER_UNDER_WAY');
  const parent = parentOf(branches, ordinal);
  if (kind === 'edit') return { parent, repeats: null, question: null };
  return { parent, repeats: branches.find((branch) => branch.ordinal === ordinal)?.repeats ?? ordinal, question };
}

const tellWhose = ({ author }: TranscriptMessage): { detail?: string } =>
  author ? { detail: `Only ${author.name} can edit this question or have it answered again.` } : {};

/** An answer that goes on after a decision belongs to the question before it. */
function questionOf(
  sql: SqlStorage,
  from: number,
  parent: (ordinal: number) => number,
): { readonly ordinal: number; readonly question: TranscriptMessage } | null {
  for (let ordinal = from; ordinal > 0; ordinal = parent(ordinal)) {
    const [first] = readTurn(sql, ordinal);
    if (first?.role === 'user') return { ordinal, question: first };
  }
  return null;
}
