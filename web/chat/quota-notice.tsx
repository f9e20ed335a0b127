// Tells in time that the organisation's allowance goes to its end, or has come to it; refusals speak for themselves.
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
  if (!quota || quota.level === 'ok' || refused !== null || dismissed === quota.level) return null;
  const day = renewalDay(quota.renewsAt);
  return (
    <Banner
      tone="notice"
      icon={Gauge}
      title={quotaLine(quota)}
      actions={
        <Button tone="quiet" size="small" onClick={() => setDismissed(quota.level)}>
          Dismiss
        </Button>
      }
    >
      {quota.limit === 0
        ? `An admin of ${orgName} can have the plan changed.`
        : `The allowance of ${orgName} renews${day === null ? '' : ` on ${day}`}. An admin can have it raised before.`}
    </Banner>
  );
}
