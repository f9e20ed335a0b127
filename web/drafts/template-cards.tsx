// The templates that a person has, as cards.
import { ChevronRight, FilePenLine } from 'lucide-react';
import { Link } from 'wouter';
import type { TemplateInfo } from '../../worker/templates-contract.ts';

export function TemplateCards({ templates }: { templates: readonly TemplateInfo[] }) {
  return (
    <>
      <header className="flex flex-col gap-1.5">
        <h1 className="text-display font-semibold tracking-tight">Drafts</h1>
        <p className="max-w-3xl text-answer text-muted">
          Choose a document. It is drafted from what is on record, and every name, date and contact in it is looked up.
        </p>
      </header>
      <ul className="grid gap-4 sm:grid-cols-2">
        {templates.map(({ id, name, description }) => (
          <li key={id}>
            <Link
              href={`/drafts/${id}`}
              className="group flex h-full items-start gap-3 rounded-card border border-line-strong bg-raised p-4 shadow-raised transition-colors hover:bg-hover"
            >
              <span className="flex size-9 shrink-0 items-center justify-center rounded-control bg-accent-soft text-accent">
                <FilePenLine size={18} strokeWidth={1.75} aria-hidden />
              </span>
              <span className="flex min-w-0 grow flex-col gap-1">
                <span className="font-medium">{name}</span>
                <span className="text-small text-muted">{description}</span>
              </span>
              <ChevronRight
                size={16}
                aria-hidden
                className="mt-1 shrink-0 text-muted transition-transform group-hover:translate-x-0.5 rtl:-scale-x-100"
              />
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
