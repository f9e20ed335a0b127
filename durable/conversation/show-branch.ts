// Shows another branch of the conversation: from now on to everybody who has it open, and to the model.
import { addToOutbox, backlog, MAX_BACKLOG } from '../audit/outbox.ts';
import type { Access } from '../principal.ts';
import { getVisible } from './audience.ts';
import { isOn, readBranches, versionsOf } from './branches.ts';
import type { ShowBranchCall } from './branching-calls.ts';
import type { ConversationDeps } from './deps.ts';
import { auditOfSession, indexItems } from './facts.ts';
import { type Read, read } from './manage.ts';
import type { Answer } from './requests.ts';
import { changeSession, type Session, toRecord } from './session.ts';
import { shownPath, showTurn } from './thread.ts';
import { findPlace, nextOrdinal, readTurn } from './transcript.ts';
import { endOfBranch } from './versions.ts';

/** Shows the newest way through this message. Asking for what is shown changes nothing. */
export function showBranch(deps: ConversationDeps, { access, messageId, requestId }: ShowBranchCall): Answer<Read> {
  const before = getVisible(deps, access);
  const place = before && findPlace(deps.sql, messageId);
  if (!before || !place) return { ok: false, code: 'NOT_FOUND' };
  if (isOn(shownPath(deps.sql, before), place.ordinal)) return read(deps, access);
  if (before.audience === 'shared' && !mayChoose(deps, access, place.ordinal)) return REFUSED;
  if (deps.live.size > 0) return { ok: false, code: 'ANSWER_UNDER_WAY' };
  if (backlog(deps.sql) >= MAX_BACKLOG) return { ok: false, code: 'BACKLOG_FULL' };
  deps.transaction(() => {
    const leaf = endOfBranch(deps.sql, place.ordinal);
    const isNewest = leaf === nextOrdinal(deps.sql) - 1;
    const session = changeSession(showTurn(deps.sql, before, { leaf, isNewest }), {}, deps.now());
    deps.session.put(session);
    tell(deps, session, { access, requestId });
  });
  deps.keepAlive();
  deps.drainSoon(0);
  return read(deps, access);
}

/** What all share is turned by who asked one of the questions at that point, or manages the place. */
function mayChoose(deps: ConversationDeps, access: Access, ordinal: number): boolean {
  if (deps.members.get(access)?.canManage) return true;
  const { questions, answers } = versionsOf(readBranches(deps.sql), ordinal, nextOrdinal(deps.sql) - 1);
  return [...questions, ...answers].some((turn) => readTurn(deps.sql, turn)[0]?.author?.id === access.userId);
}

const REFUSED = {
  ok: false,
  code: 'FORBIDDEN',
  detail: 'Only who asked one of these questions, or manages this place, can choose which one everybody sees.',
} as const;

function tell(deps: ConversationDeps, session: Session, by: { access: Access; requestId: string }): void {
  const owner = { orgId: session.orgId, userId: session.ownerId };
  const who = { actorId: by.access.userId, requestId: by.requestId, meta: { changed: ['branch'] } };
  addToOutbox(deps.sql, [
    { kind: 'conversation', ...owner, session: toRecord(session) },
    { kind: 'audit', ...owner, audit: auditOfSession(deps, session, 'session.changed', who) },
    ...indexItems(session, null),
  ]);
}
