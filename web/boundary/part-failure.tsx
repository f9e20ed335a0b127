// What a part of the page shows when it couldn't be loaded or displayed: what happened, and a button to continue.
import { RefreshCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/controls/button.tsx';
import { Dialog } from '../design/overlays/dialog.tsx';
import { showToast } from '../design/overlays/toasts.ts';
import { PageState } from '../design/page-state.tsx';
import { ErrorBoundary, type Failure } from './error-boundary.tsx';
import { PartError } from './load-part.ts';

type BoundaryProps = { resetKey?: unknown; children: ReactNode };

const TEXTS = {
  outdated: {
    title: 'Couldn’t load this part of the page',
    detail: 'This tab may be older than the latest version. Unsent messages are saved. Reload to continue.',
  },
  broken: {
    title: 'Couldn’t show this part of the page',
    detail: 'Unsent messages are saved. Try again, or reload the page.',
  },
} as const;

const textOf = (error: unknown) => TEXTS[error instanceof PartError ? 'outdated' : 'broken'];
const reload = () => location.reload();

/** Around a page, panel or tab: the failure fills it. `frame` draws what stays around the failure. */
export function PageBoundary(props: BoundaryProps & { level?: 1 | 2; frame?: (content: ReactNode) => ReactNode }) {
  const { level = 2, resetKey, frame = (content) => content, children } = props;
  return (
    <ErrorBoundary
      resetKey={resetKey}
      fallback={(failure) =>
        frame(
          <PageState
            level={level}
            icon={failure.error instanceof PartError ? RefreshCw : TriangleAlert}
            title={textOf(failure.error).title}
            actions={<FailureActions {...failure} />}
          >
            {textOf(failure.error).detail}
          </PageState>,
        )
      }
    >
      {children}
    </ErrorBoundary>
  );
}

/** Around a modal dialog: the failure is a dialog as well. */
export function DialogBoundary(props: BoundaryProps & { open: boolean; onClose: () => void }) {
  const { open, onClose, resetKey, children } = props;
  return (
    <ErrorBoundary
      resetKey={resetKey}
      fallback={(failure) => (
        <Dialog
          open={open}
          onClose={onClose}
          title={textOf(failure.error).title}
          description={textOf(failure.error).detail}
          actions={<FailureActions {...failure} />}
        />
      )}
    >
      {children}
    </ErrorBoundary>
  );
}

/** Around a message or a form inside the page: the failure is a banner in its place. */
export function InlineBoundary({ title, resetKey, children }: BoundaryProps & { title: string }) {
  return (
    <ErrorBoundary resetKey={resetKey} fallback={(failure) => <FailureBanner title={title} {...failure} />}>
      {children}
    </ErrorBoundary>
  );
}

export const FailureBanner = ({ title, ...failure }: Failure & { title: string }) => (
  <Banner
    tone="neutral"
    icon={TriangleAlert}
    title={title}
    alert
    actions={<FailureActions {...failure} size="small" />}
  />
);

/** Around what the page can do without, such as a menu: a toast reports it, and `fallback` takes its place. */
export function OptionalBoundary(
  props: BoundaryProps & { words: string; fallback?: (retry: () => void) => ReactNode },
) {
  const { words, resetKey, fallback = () => null, children } = props;
  return (
    <ErrorBoundary
      resetKey={resetKey}
      onError={() => showToast({ words, icon: TriangleAlert, action: { label: 'Reload', onClick: reload } })}
      fallback={({ retry }) => fallback(retry)}
    >
      {children}
    </ErrorBoundary>
  );
}

/** A part that couldn't be loaded can't be tried again without a reload: the browser remembers the failure. */
function FailureActions({ error, retry, size = 'medium' }: Failure & { size?: 'small' | 'medium' }) {
  if (error instanceof PartError) {
    return (
      <Button tone="primary" size={size} onClick={reload}>
        Reload
      </Button>
    );
  }
  return (
    <>
      <Button size={size} onClick={reload}>
        Reload
      </Button>
      <Button tone="primary" size={size} onClick={retry}>
        Try again
      </Button>
    </>
  );
}
