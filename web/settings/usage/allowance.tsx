// How the month's allowance stands, with the marks at which people are told of it.

import { quotaLine, renewalDay } from '../../chat/quota.ts';
import { useQuota } from '../../queries.ts';
import { countWords } from './usage-words.ts';

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
          ? `${countWords(used)} tokens used; the ${quota.plan} plan has no limit`
          : quotaLine({ ...quota, limit, left: quota.left ?? 0 })}
        {reserved > 0 && (
          <span className="text-muted"> · {countWords(reserved)} held for answers that are being written</span>
        )}
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
            aria-valuetext={`${Math.floor(percent)} % used`}
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
                  {mark}&nbsp;%
                </span>
              </span>
            ))}
          </div>
        </div>
      )}
      {level === 'warning' && <p className="text-small">From 80 % on everybody who asks is told what is left.</p>}
      {level === 'spent' && (
        <p className="text-small">
          Nobody can ask before it renews. A larger plan, or an allowance of your own, takes effect at once.
        </p>
      )}
    </section>
  );
}
