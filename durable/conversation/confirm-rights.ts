// Asks the user's Account object whether rights still hold, the assistant's own switch included.
import { accountOf } from '../account/account-stub.ts';
import { type Access, isAssistantEnabled } from '../principal.ts';
import type { AiSettings } from '../providers/ai-settings.ts';
import type { Answer } from './requests.ts';

export async function confirmRights(
  env: Env,
  access: Access,
): Promise<Answer<{ access: Access; settings?: AiSettings }>> {
  const confirmation = await accountOf(env, access.subject).confirm({ orgId: access.orgId });
  if (!confirmation.ok) return confirmation;
  return isAssistantEnabled(confirmation.access) ? confirmation : { ok: false, code: 'ASSISTANT_DISABLED' };
}
