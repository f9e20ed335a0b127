// Feedback on answers in the selected period, newest first. Never shows the answers, which are private.
import { useInfiniteQuery } from '@tanstack/react-query';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import type { FeedbackList } from '../../../worker/api/feedback/feedback-schema.ts';
import { Button } from '../../design/controls/button.tsx';
import { formatMoment } from '../../workspace/format-moment.ts';
import { LoadingOrError } from '../loading-or-error.tsx';
import { getFeedback } from '../records-api.ts';

const CHOICES = [
  { id: '', label: 'All' },
  { id: 'up', label: 'Good' },
  { id: 'down', label: 'Bad' },
] as const;

type FeedbackProps = {
  from: string;
  to: string;
  /** The id of a choice; any other value means all. */
  verdict: string;
  onVerdict: (verdict: string) => void;
};

export function Feedback({ from, to, verdict, onVerdict }: FeedbackProps) {
  const chosen = CHOICES.find(({ id }) => id === verdict)?.id ?? '';
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['feedback', from, to, chosen],
    queryFn: ({ pageParam }) => getFeedback({ from, to, verdict: chosen, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
    staleTime: 30_000,
  });
  const rows = data?.pages.flatMap(({ feedback }) => feedback) ?? [];
  return (
    <section aria-labelledby="feedback" className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="feedback" className="text-title font-semibold">
          Feedback on answers
        </h2>
        <fieldset className="flex gap-1">
          <legend className="sr-only">Which feedback</legend>
          {CHOICES.map(({ id, label }) => (
            <Button
              key={label}
              size="small"
              tone={id === chosen ? 'plain' : 'quiet'}
              aria-pressed={id === chosen}
              onClick={() => onVerdict(id)}
            >
              {label}
            </Button>
          ))}
        </fieldset>
      </div>
      {data === undefined || error !== null ? (
        <LoadingOrError error={error} onRetry={() => void refetch()} />
      ) : rows.length === 0 ? (
        <p className="rounded-card border border-line-strong p-6 text-muted">No feedback in this period.</p>
      ) : (
        <ul
          aria-label="Feedback"
          className="divide-y divide-line rounded-card border border-line-strong bg-raised shadow-raised"
        >
          {rows.map((row) => (
            <Row key={`${row.messageId} ${row.user.id}`} {...row} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
    </section>
  );
}

function Row({ verdict, comment, user, model, at }: FeedbackList['feedback'][number]) {
  const isGood = verdict === 'up';
  const Icon = isGood ? ThumbsUp : ThumbsDown;
  return (
    <li className="flex min-w-0 gap-3 px-4 py-3">
      <Icon
        size={16}
        role="img"
        aria-label={isGood ? 'Good' : 'Bad'}
        className={isGood ? 'mt-0.5 shrink-0 text-on-good' : 'mt-0.5 shrink-0 text-on-danger'}
      />
      <div className="flex min-w-0 flex-col gap-0.5">
        {comment !== null && (
          <p dir="auto" className="break-words whitespace-pre-wrap">
            {comment}
          </p>
        )}
        <p className="text-small text-muted">
          {user.name ?? 'Former member'} · <time dateTime={at}>{formatMoment(at, undefined)?.words ?? at}</time>
          {model !== null && ` · ${model}`}
        </p>
      </div>
    </li>
  );
}
