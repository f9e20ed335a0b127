// A full-page message, for example "not found": what happened and what to do next.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { RequestId } from './request-id.tsx';

type PageStateProps = {
  icon: LucideIcon;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  requestId?: string | null;
  /** The heading level; 1 if the page has no other heading. */
  level?: 1 | 2;
};

export function PageState({ icon: Icon, title, children, actions, requestId = null, level = 2 }: PageStateProps) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div
      role="alert"
      className="mx-auto flex w-full max-w-md grow flex-col items-start justify-center gap-3 px-6 py-12"
    >
      <span className="flex size-10 items-center justify-center rounded-card bg-neutral text-on-neutral">
        <Icon size={20} strokeWidth={1.75} aria-hidden />
      </span>
      <Heading className="text-title font-semibold">{title}</Heading>
      <div className="text-muted">{children}</div>
      {actions && <div className="mt-1 flex flex-wrap gap-2">{actions}</div>}
      {requestId && <RequestId id={requestId} />}
    </div>
  );
}
