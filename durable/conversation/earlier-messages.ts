// What a client that keeps its transcript itself brings along when it begins a conversation here: stored as turns of the
// transcript, so that the model reads them like any others. No model of ours said them, and their rows say so.
import type { OutboxItem } from '../audit/outbox.ts';
import type { ConversationDeps } from './deps.ts';
import { messageItem } from './facts.ts';
import type { EarlierMessage, RunRequest } from './requests.ts';
import type { Session } from './session.ts';
import { blankMessage, putMessage } from './transcript.ts';

/** The newest that a turn can send to a model, and that one row of the outbox can hold. */
const MAX_EARLIER_CHARS = 192 * 1024;
const MAX_EARLIER_MESSAGES = 200;
/** Stands where the others name their run. */
const NO_RUN = 'earlier';

/** Part of the commit that begins the conversation; answers what Postgres is to be told. */
export function keepEarlierMessages(
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

/** From a user's message on, since a turn begins with one; they alternate, as the request's shape demands. */
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
