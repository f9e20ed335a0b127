// Switches the shown branch: a turn starts a new branch, or a user shows another one. The previous branch stays as it is.

import type { ConversationReply, RunRequest, SessionReply, ShowBranchCall } from '../../contracts/conversation.ts';
import type { TranscriptMessage } from '../../contracts/transcript.ts';
import { AppError } from '../../errors.ts';
import { addToOutbox, backlog, MAX_BACKLOG } from '../../outbox/outbox.ts';
import type { Access } from '../../principal.ts';
import { changedSession } from '../audit-events.ts';
import { getVisible } from '../conversation-access.ts';
import type { ConversationDeps } from '../deps.ts';
import { changeSession, type Session } from '../session.ts';
import { readSession, type SessionDeps } from '../session-operations.ts';
import { type Branch, isOn, parentOf, readBranches, versionsOf } from './branches.ts';
import { endOfBranch, shownPath, showTurn } from './thread.ts';
import { findPlace, nextOrdinal, readTurn } from './transcript.ts';

export type NewBranch = Pick<Branch, 'parent' | 'repeats'> & {
  /** The question to answer again; null for a different question. */
  readonly question: TranscriptMessage | null;
};

/**
 * The branch that a turn starts: instead of an edited question, or next to the answer that is regenerated. Null for a turn
 * that follows the shown branch.
 * @throws AppError NOT_FOUND, MESSAGE_OF_ANOTHER, ANSWER_UNDER_WAY or BAD_REQUEST
 */
export function startBranch(
  deps: Pick<ConversationDeps, 'sql' | 'live'>,
  request: Pick<RunRequest, 'branch' | 'decisions'>,
  access: Access,
  session: Session | null,
): NewBranch | null {
  if (!request.branch) return null;
  if (!session) throw new AppError('NOT_FOUND');
  const { kind, messageId } = request.branch;
  if (request.decisions.length > 0)
    throw new AppError('BAD_REQUEST', { detail: 'A decision on an approval cannot start a branch.' });
  const branches = readBranches(deps.sql);
  const place = findPlace(deps.sql, messageId);
  const asked = place && questionOf(deps.sql, place.ordinal, (ordinal) => parentOf(branches, ordinal));
  if (!asked) throw new AppError('NOT_FOUND');
  const { ordinal, question } = asked;
  if (kind === 'edit' && question.id !== messageId)
    throw new AppError('BAD_REQUEST', { detail: 'Only a question can be edited.' });
  if (session.audience === 'shared' && question.author?.id !== access.userId)
    throw new AppError('MESSAGE_OF_ANOTHER', namingAuthor(question));
  if (deps.live.size > 0) throw new AppError('ANSWER_UNDER_WAY');
  const parent = parentOf(branches, ordinal);
  if (kind === 'edit') return { parent, repeats: null, question: null };
  return { parent, repeats: branches.find((branch) => branch.ordinal === ordinal)?.repeats ?? ordinal, question };
}

const namingAuthor = ({ author }: TranscriptMessage): { detail?: string } =>
  author ? { detail: `Only ${author.name} can edit or regenerate this question.` } : {};

/** An answer that continues after a decision belongs to the question before it. */
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

const NOT_YOURS = {
  ok: false,
  code: 'FORBIDDEN',
  detail: 'Only the authors of these questions and managers of this place can choose which one everyone sees.',
} as const;

/** Shows the newest branch through this message, to everyone who has the conversation open and to the model. */
export function showBranch(
  deps: SessionDeps & Pick<ConversationDeps, 'live'>,
  { access, messageId, requestId }: ShowBranchCall,
): ConversationReply<SessionReply> {
  const before = getVisible(deps, access);
  const place = before && findPlace(deps.sql, messageId);
  if (!before || !place) return { ok: false, code: 'NOT_FOUND' };
  if (isOn(shownPath(deps.sql, before), place.ordinal)) return readSession(deps, access);
  if (before.audience === 'shared' && !mayChoose(deps, access, place.ordinal)) return NOT_YOURS;
  if (deps.live.size > 0) return { ok: false, code: 'ANSWER_UNDER_WAY' };
  if (backlog(deps.sql) >= MAX_BACKLOG) return { ok: false, code: 'BACKLOG_FULL' };
  deps.transaction(() => {
    const leaf = endOfBranch(deps.sql, place.ordinal);
    const isNewest = leaf === nextOrdinal(deps.sql) - 1;
    const session = changeSession(showTurn(deps.sql, before, { leaf, isNewest }), {}, deps.now());
    deps.session.put(session);
    const by = { actorId: access.userId, requestId, meta: { changed: ['branch'] } };
    addToOutbox(deps.sql, changedSession(deps, session, 'session.changed', by));
  });
  deps.keepAlive();
  deps.drainSoon(0);
  return readSession(deps, access);
}

function mayChoose({ sql, members }: Pick<SessionDeps, 'sql' | 'members'>, access: Access, ordinal: number): boolean {
  if (members.get(access)?.canManage) return true;
  const { questions, answers } = versionsOf(readBranches(sql), ordinal, nextOrdinal(sql) - 1);
  return [...questions, ...answers].some((turn) => readTurn(sql, turn)[0]?.author?.id === access.userId);
}
