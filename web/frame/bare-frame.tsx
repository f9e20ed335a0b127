// The page before it knows its user, or when even its frame fails: the top bar with the logo alone, and the content below.
import type { ReactNode } from 'react';
import { Logo } from '../design/logo.tsx';
import { Skeleton } from '../design/skeleton.tsx';

export function BareFrame({ children }: { children: ReactNode }) {
  return (
    <div className="flex h-dvh flex-col bg-canvas">
      <BareBar />
      <main className="flex min-h-0 grow flex-col overflow-y-auto">{children}</main>
    </div>
  );
}

export function BareBar() {
  return (
    <header className="flex h-12 shrink-0 items-center border-b border-line bg-surface px-3 desk:px-4 touch:h-14">
      <a
        href="/"
        aria-label="Groundwire"
        className="inline-flex h-9 items-center gap-2.5 rounded-control touch:h-11 touch:min-w-11 touch:justify-center"
      >
        <Logo size={24} />
        <span className="hidden font-semibold tracking-tight desk:inline">Groundwire</span>
      </a>
    </header>
  );
}

/** Placeholder of a page's content. */
export const PageSkeleton = () => (
  <Skeleton lines={['h-8 w-1/3', 'w-1/2', 'h-28 w-full', 'h-64 w-full']} className="gap-4" />
);

export const LoadingFrame = () => (
  <BareFrame>
    <div aria-busy data-loading className="mx-auto flex w-full max-w-[74rem] flex-col px-4 py-6 desk:px-12 desk:py-8">
      <PageSkeleton />
    </div>
  </BareFrame>
);
