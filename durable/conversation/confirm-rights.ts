// Asks whether rights still hold: the user's Account object for the org and the assistant's own switch, and the database
// for the place, where the conversation belongs to one.
import { accountOf } from '../account/account-stub.ts';
import { AppError } from '../errors.ts';
import { type Access, isAssistantEnabled } from '../principal.ts';
import type { AiSettings } from '../providers/ai-settings.ts';
import { isSharedPlace } from './audience.ts';
import type { ConversationDeps } from './deps.ts';
import type { Answer } from './requests.ts';

/** How old the last word on a member may be where it is asked again. */
const MEMBER_RECHECK_MS = 10_000;
const LEFT = 'Access to this shared conversation ended.';

export async function confirmRights(
  env: Env,
  deps: Pick<ConversationDeps, 'session' | 'id' | 'members'>,
  access: Access,
): Promise<Answer<{ access: Access; settings?: AiSettings }>> {
  const confirmation = await accountOf(env, access.subject).confirm({ orgId: access.orgId });
  if (!confirmation.ok) return confirmation;
  if (!isAssistantEnabled(confirmation.access)) return { ok: false, code: 'ASSISTANT_DISABLED' };
  if (!isSharedPlace(deps)) return confirmation;
  try {
    const place = await deps.members.learn(access, MEMBER_RECHECK_MS);
    return place ? confirmation : { ok: false, code: 'ACCESS_REVOKED', detail: LEFT };
  } catch (error) {
    // Nobody can say, and the last word has stood long enough.
    if (error instanceof AppError) return { ok: false, code: error.code };
    throw error;
  }
}
