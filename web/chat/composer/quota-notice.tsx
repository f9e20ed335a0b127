// Warns when the organization's token allowance is nearly or fully used. Hidden while a rejected message says so.
import { Gauge } from 'lucide-react';
import { useState } from 'react';
import { Banner } from '../../design/banner.tsx';
import { Button } from '../../design/controls/button.tsx';
import { useQuota } from '../../queries.ts';
import { useConversationState } from '../conversation.tsx';
import { quotaText, renewalDay } from './quota.ts';

export function QuotaNotice({ orgName }: { orgName: string }) {
  const { data } = useQuota();
  // The figures from the last answer are newer than those loaded with the page.
  const latest = useConversationState((state) => state.quota);
  const rejected = useConversationState((state) => state.rejected);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const quota = latest ?? data;
  if (!quota || quota.level === 'ok' || rejected !== null || dismissed === quota.level) return null;
  const day = renewalDay(quota.renewsAt);
  return (
    <Banner
      tone="notice"
      icon={Gauge}
      title={quotaText(quota)}
      actions={
        <Button tone="quiet" size="small" onClick={() => setDismissed(quota.level)}>
          Dismiss
        </Button>
      }
    >
      {quota.limit === 0
        ? `An admin of ${orgName} can change the plan.`
        : `${orgName}’s allowance renews${day === null ? '' : ` on ${day}`}. An admin can raise it sooner.`}
    </Banner>
  );
}
