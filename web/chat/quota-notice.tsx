// Tells in time that the organisation's allowance goes to its end, above the composer; refusals speak for themselves.
import { Gauge } from 'lucide-react';
import { useState } from 'react';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/button.tsx';
import { useQuota } from '../queries.ts';
import { useConversationState } from './conversation.tsx';
import { quotaLine, renewalDay } from './quota.ts';

export function QuotaNotice({ orgName }: { orgName: string }) {
  const { data } = useQuota();
  // What the last answer told is newer than what the page was loaded with.
  const told = useConversationState((state) => state.quota);
  const refused = useConversationState((state) => state.refused);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const quota = told ?? data;
  if (quota?.level !== 'warning' || refused !== null || dismissed === quota.renewsAt) return null;
  const day = renewalDay(quota.renewsAt);
  return (
    <Banner
      tone="notice"
      icon={Gauge}
      title={quotaLine(quota)}
      actions={
        <Button tone="quiet" size="small" onClick={() => setDismissed(quota.renewsAt)}>
          Dismiss
        </Button>
      }
    >
      {day !== null && `The allowance of ${orgName} renews on ${day}. `}An admin can have it raised before.
    </Banner>
  );
}
