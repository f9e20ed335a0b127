// This month's token allowance: how much is used, with marks at the notice thresholds.

import { ChevronRight } from 'lucide-react';
import { quotaText, renewalDay } from '../../chat/composer/quota.ts';
import { useQuota } from '../../queries.ts';
import { formatCount } from './usage-format.ts';

const MARKS = [80, 100] as const;

const FILL = { ok: 'bg-accent', warning: 'bg-on-notice', spent: 'bg-on-danger' } as const;

export function Allowance() {
  const { data: quota } = useQuota();
  if (quota === undefined) return null;
  const { limit, used, reserved, level } = quota;
  const renews = renewalDay(quota.renewsAt);
  const percent = limit ? Math.min(100, (used / limit) * 100) : 0;
  return (
    <section aria-labelledby="allowance" className="rounded-card border border-line-strong bg-raised p-4 shadow-raised">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <h2 id="allowance" className="font-medium">
          This month’s allowance
        </h2>
        <p className="text-small text-muted">{renews === null ? null : `Renews on ${renews}, 00:00 UTC`}</p>
      </div>
      <p className="mt-1 text-small tabular-nums">
        {limit === null
          ? `${formatCount(used)} tokens used; the ${quota.plan} plan has no limit`
          : quotaText({ ...quota, limit, left: quota.left ?? 0 })}
        {reserved > 0 && <span className="text-muted"> · {formatCount(reserved)} reserved for running answers</span>}
      </p>
      {limit !== null && limit > 0 && (
        <div className="mt-3 pb-5">
          {/* biome-ignore lint/a11y/useSemanticElements: the browser's own cannot carry the marks */}
          <div
            role="meter"
            aria-label="Allowance used"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.floor(percent)}
            aria-valuetext={`${Math.floor(percent)}% used`}
            className="relative h-2 rounded-full bg-neutral"
          >
            <div className={`h-full rounded-full ${FILL[level]}`} style={{ inlineSize: `${percent}%` }} />
            {MARKS.map((mark) => (
              <span
                key={mark}
                aria-hidden
                className="absolute top-0 flex h-3.5 w-px flex-col bg-control"
                style={{ insetInlineStart: `calc(${mark}% - ${mark === 100 ? 1 : 0}px)` }}
              >
                <span
                  className={`absolute top-3.5 text-meta text-muted tabular-nums ${mark === 100 ? 'end-0' : 'start-1/2 -translate-x-1/2'}`}
                >
                  {mark}%
                </span>
              </span>
            ))}
          </div>
        </div>
      )}
      <details className="group mt-2 text-small">
        <summary className="flex min-h-6 w-fit list-none items-center gap-1 text-muted hover:text-text touch:min-h-11 [&::-webkit-details-marker]:hidden">
          <ChevronRight
            size={16}
            aria-hidden
            className="shrink-0 transition-transform group-open:rotate-90 rtl:-scale-x-100"
          />
          What counts as a token?
        </summary>
        <div className="mt-2 flex max-w-prose flex-col gap-2">
          <p>
            The allowance counts plan tokens. One plan token is one token that the model writes, about three quarters of
            a word. What the model reads costs less, so it counts less:
          </p>
          <ul className="list-disc ps-5">
            <li>5 tokens of new input count as 1.</li>
            <li>4 tokens that are stored in the provider’s prompt cache count as 1.</li>
            <li>50 tokens that are read from that cache count as 1.</li>
          </ul>
          <p>
            In an ongoing conversation, a question usually takes fewer than 1,000. The first one after a pause takes
            more, because the cache is filled again. Running answers reserve tokens and return what they don’t use. A
            message that isn’t sent to the provider, or that it refuses, costs nothing.
          </p>
        </div>
      </details>
      {level === 'warning' && <p className="text-small">At 80% users see a notice.</p>}
      {level === 'spent' && (
        <p className="text-small">
          No one can use the assistant until it renews. A larger plan or allowance takes effect right away.
        </p>
      )}
    </section>
  );
}
