// A page's header: breadcrumbs, code, title, state, and buttons to ask about it or draft from it.
import { ChevronRight, MessageSquareText } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import type { WorkspacePage } from '../../worker/api/workspace/workspace-schema.ts';
import { useAssistant } from '../assistant/assistant-provider.tsx';
import { Badge } from '../design/badge.tsx';
import { Button } from '../design/controls/button.tsx';
import { CopyButton } from '../design/controls/copy-button.tsx';
import { DraftLinks } from '../drafts/draft-links.tsx';

type PageHeaderProps = { page: WorkspacePage; canAsk: boolean; canDraft: boolean };

export function PageHeader({ page, canAsk, canDraft }: PageHeaderProps) {
  const [location] = useLocation();
  const { askAbout } = useAssistant();
  const ask = () => {
    if (page.scope) askAbout({ ...page.scope, path: location });
  };
  return (
    <header className="flex flex-col gap-3">
      {page.trail.length > 0 && (
        <nav aria-label="Breadcrumb">
          <ol className="flex flex-wrap items-center gap-x-1 text-small text-muted">
            {page.trail.map((place, at) => (
              <li key={place.path} className="flex min-w-0 items-center gap-1">
                {at > 0 && <ChevronRight size={14} aria-hidden className="shrink-0 rtl:-scale-x-100" />}
                <Link
                  href={place.path}
                  className="inline-flex min-h-6 items-center truncate hover:text-text hover:underline touch:min-h-11 touch:min-w-11"
                >
                  {place.label}
                </Link>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="flex min-w-0 flex-col gap-1.5">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-small text-muted">
            <span>{page.type}</span>
            {page.code !== null && (
              <span className="inline-flex items-center gap-0.5">
                <span className="font-mono text-text">{page.code}</span>
                <CopyButton text={page.code} label={`Copy ${page.code}`} />
              </span>
            )}
            {page.marks.map((mark) => (
              <Badge key={mark.label} tone={mark.tone}>
                {mark.label}
              </Badge>
            ))}
          </p>
          <h1 dir="auto" className="text-display font-semibold tracking-tight break-words">
            {page.title}
          </h1>
          {page.summary !== null && (
            <p dir="auto" className="max-w-3xl text-answer break-words whitespace-pre-line text-muted">
              {page.summary}
            </p>
          )}
        </div>
        <div className="flex flex-wrap gap-2">
          {canDraft && <DraftLinks page={page} />}
          {page.scope !== null && canAsk && (
            <Button tone="primary" size="large" onClick={ask}>
              <MessageSquareText size={16} aria-hidden />
              Ask about this
            </Button>
          )}
        </div>
      </div>
    </header>
  );
}
