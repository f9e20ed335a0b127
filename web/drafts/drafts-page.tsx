// The drafts page: the list of templates, or one template. The URL holds the template, prefilled fields and the session
// that stores the draft.
import { ChevronRight, FilePenLine, Lock, SearchX, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import type { TemplateInfo } from '../../worker/api/templates/templates-schema.ts';
import { Button } from '../design/controls/button.tsx';
import { PageState } from '../design/page-state.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { PageContent } from '../frame/app-frame.tsx';
import { canAsk, canDraft } from '../frame/product-nav.ts';
import { Problem } from '../problem.ts';
import { useTemplates } from '../queries.ts';
import { DraftWorkbench } from './draft-workbench.tsx';

export function DraftsView({ me, templateId }: { me: Me; templateId: string | null }) {
  return (
    <PageContent>{canDraft(me) ? <Allowed me={me} templateId={templateId} /> : <NotAllowed me={me} />}</PageContent>
  );
}

function Allowed({ me, templateId }: { me: Me; templateId: string | null }) {
  const { data, error, refetch } = useTemplates(true);
  const template = data?.templates.find(({ id }) => id === templateId);
  const title = template?.name ?? 'Drafts';
  useEffect(() => {
    document.title = `${title} · Groundwire`;
  }, [title]);
  if (data === undefined) {
    if (error === null) return <Skeleton lines={['h-8 w-1/3', 'w-1/2', 'h-40 w-full']} className="gap-4" />;
    const problem = error instanceof Problem ? error : null;
    return (
      <PageState
        level={1}
        icon={WifiOff}
        title={problem?.title ?? 'This page couldn’t be loaded'}
        requestId={problem?.requestId ?? null}
        actions={
          <Button tone="primary" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      >
        {problem?.detail ?? 'Try again in a minute.'}
      </PageState>
    );
  }
  if (templateId === null) {
    return data.templates.length === 0 ? (
      <Empty title="No templates" icon={FilePenLine}>
        Your role has no templates. An admin of {me.org.name} can change that.
      </Empty>
    ) : (
      <TemplateCards templates={data.templates} />
    );
  }
  if (!template) {
    return (
      <Empty title="Template not found" icon={SearchX}>
        This template doesn’t exist, or your role can’t read its records.
      </Empty>
    );
  }
  return <Opened key={template.id} me={me} template={template} />;
}

/** A session started on this page keeps its state; a different session in the URL remounts the page. */
function Opened({ me, template }: Pick<Parameters<typeof DraftWorkbench>[0], 'me' | 'template'>) {
  const session = new URLSearchParams(useSearch()).get('session');
  const [, navigate] = useLocation();
  const [own, setOwn] = useState<{ readonly session: string | null; readonly count: number }>({
    session: null,
    count: 0,
  });
  const isOwn = session === null || session === own.session;
  const started = (id: string) => {
    if (id === session) return;
    setOwn(({ count }) => ({ session: id, count }));
    navigate(`/drafts/${template.id}?session=${id}`, { replace: true });
  };
  const renew = () => {
    setOwn(({ count }) => ({ session: null, count: count + 1 }));
    navigate(`/drafts/${template.id}`);
  };
  return (
    <DraftWorkbench
      key={isOwn ? `own ${own.count}` : session}
      me={me}
      template={template}
      session={isOwn ? null : session}
      onStarted={started}
      onNew={renew}
    />
  );
}

function NotAllowed({ me }: { me: Me }) {
  useEffect(() => {
    document.title = 'Drafts · Groundwire';
  }, []);
  const isOff = !canAsk(me);
  return (
    <Empty title={isOff ? 'The assistant is off' : 'Your role can’t create drafts'} icon={Lock}>
      {isOff
        ? `AI Assistant is not enabled for ${me.org.name}.`
        : `An admin of ${me.org.name} can allow your role to create drafts.`}
    </Empty>
  );
}

function Empty({ title, icon, children }: { title: string; icon: typeof Lock; children: ReactNode }) {
  const [, navigate] = useLocation();
  return (
    <PageState
      level={1}
      icon={icon}
      title={title}
      actions={
        <Button tone="primary" onClick={() => navigate('/workspace')}>
          Open the workspace
        </Button>
      }
    >
      {children}
    </PageState>
  );
}

function TemplateCards({ templates }: { templates: readonly TemplateInfo[] }) {
  return (
    <>
      <header className="flex flex-col gap-1.5">
        <h1 className="text-display font-semibold tracking-tight">Drafts</h1>
        <p className="max-w-3xl text-answer text-muted">
          Choose a document. It is generated from your records, with names, dates and contacts verified.
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
