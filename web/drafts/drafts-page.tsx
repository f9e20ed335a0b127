// Drafts from templates: which there are, and one of them at work. An address names the template, the fields that are known
// before, and the session in which a draft is kept.
import { FilePenLine, Lock, SearchX, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import { Button } from '../design/button.tsx';
import { PageState } from '../design/page-state.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { AppFrame } from '../frame/app-frame.tsx';
import { canAsk, canDraft } from '../frame/product-nav.ts';
import { Problem } from '../problem.ts';
import { useTemplates } from '../queries.ts';
import { DraftWorkbench } from './draft-workbench.tsx';
import { TemplateCards } from './template-cards.tsx';

export function DraftsView({ me, templateId }: { me: Me; templateId: string | null }) {
  return (
    <AppFrame me={me}>{canDraft(me) ? <Allowed me={me} templateId={templateId} /> : <NotAllowed me={me} />}</AppFrame>
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
        title={problem?.title ?? 'This page did not load'}
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
        There is nothing that your role may draft from. An admin of {me.org.name} can change that.
      </Empty>
    ) : (
      <TemplateCards templates={data.templates} />
    );
  }
  if (!template) {
    return (
      <Empty title="No such template" icon={SearchX}>
        It does not exist, or your role may not read what it is made of.
      </Empty>
    );
  }
  return <Opened key={template.id} me={me} template={template} />;
}

/** A session that begins here keeps its page; another one in the address is another page. */
function Opened({ me, template }: Pick<Parameters<typeof DraftWorkbench>[0], 'me' | 'template'>) {
  const session = new URLSearchParams(useSearch()).get('session');
  const [, navigate] = useLocation();
  const [own, setOwn] = useState<{ readonly session: string | null; readonly count: number }>({
    session: null,
    count: 0,
  });
  const isOwn = session === null || session === own.session;
  const begun = (id: string) => {
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
      onBegun={begun}
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
    <Empty title={isOff ? 'The assistant is turned off' : 'Drafting is not for your role'} icon={Lock}>
      {isOff
        ? `AI Assistant is not enabled for ${me.org.name}.`
        : `An admin of ${me.org.name} can give your role the permission to draft.`}
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
