// Messages that a client with its own transcript sends when it starts a conversation here. They are stored as turns, so that
// the model reads them like any others. They name no model, because none of ours wrote them.

import type { EarlierMessage, RunRequest } from '../../contracts/conversation.ts';
import type { OutboxItem } from '../../outbox/outbox.ts';
import { messageItem } from '../audit-events.ts';
import type { ConversationDeps } from '../deps.ts';
import type { Session } from '../session.ts';
import { blankMessage, putMessage } from './transcript.ts';

/** The most that a turn can send to a model and that fits into one outbox row. */
const MAX_EARLIER_CHARS = 192 * 1024;
const MAX_EARLIER_MESSAGES = 200;
/** In place of a run id. */
const NO_RUN = 'earlier';

/** Part of the commit that starts the conversation. Returns the rows for the outbox. */
export function storeEarlierMessages(
  deps: Pick<ConversationDeps, 'sql' | 'newId'>,
  session: Session,
  { earlier = [] }: Pick<RunRequest, 'earlier'>,
): OutboxItem[] {
  let ordinal = 0;
  return newestOf(earlier).map(({ role, text }) => {
    if (role === 'user') ordinal += 1;
    const position = role === 'user' ? 0 : 1;
    const message = blankMessage({
      id: deps.newId(),
      runId: NO_RUN,
      role,
      parts: [{ type: 'text', content: text }],
      status: 'complete',
      createdAt: session.createdAt,
    });
    putMessage(deps.sql, { ordinal, position }, message);
    return messageItem(deps, session, { ordinal, position }, message);
  });
}

/** The newest messages that fit, starting with a user's message, because a turn starts with one. */
function newestOf(earlier: readonly EarlierMessage[]): readonly EarlierMessage[] {
  let chars = 0;
  let first = earlier.length;
  for (let index = earlier.length - 1; index >= 0; index -= 1) {
    chars += earlier[index]?.text.length ?? 0;
    if (chars > MAX_EARLIER_CHARS || earlier.length - index > MAX_EARLIER_MESSAGES) break;
    if (earlier[index]?.role === 'user') first = index;
  }
  return earlier.slice(first);
}
