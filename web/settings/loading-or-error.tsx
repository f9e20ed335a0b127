// Shown until settings have loaded: a placeholder, or an error with a retry button.
import { Button } from '../design/controls/button.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { ProblemBanner } from '../problem-banner.tsx';

export function LoadingOrError({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  if (error === null) return <Skeleton lines={['h-12 w-full', 'h-24 w-full', 'h-24 w-full']} className="gap-4" />;
  return (
    <ProblemBanner
      error={error}
      actions={
        <Button size="small" onClick={onRetry}>
          Try again
        </Button>
      }
    />
  );
}
