// A template's page: the form next to the draft, or above it on narrow screens.
import { CircleAlert, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';
import { Link, useSearch } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import type { TemplateInfo } from '../../worker/api/templates/templates-schema.ts';
import { PageBoundary } from '../boundary/part-failure.tsx';
import { Banner } from '../design/banner.tsx';
import { Button } from '../design/controls/button.tsx';
import { PageState } from '../design/page-state.tsx';
import { RequestId } from '../design/request-id.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import type { Problem } from '../problem.ts';
import { ProblemBanner } from '../problem-banner.tsx';
import { DraftForm } from './draft-form.tsx';
import { DraftPaper } from './draft-paper.tsx';
import { type Fields, issuesOf } from './form-values.ts';
import { useDrafting } from './use-drafting.ts';

type WorkbenchProps = {
  me: Me;
  template: TemplateInfo;
  /** The session of an existing draft. */
  session: string | null;
  onStarted: (session: string) => void;
  onNew: () => void;
};

export function DraftWorkbench({ me, template, session, onStarted, onNew }: WorkbenchProps) {
  const search = useSearch();
  const drafting = useDrafting(template.id, session, onStarted);
  const [filled, setFilled] = useState<Fields | null>(session === null ? fieldsFromUrl(template, search) : null);
  const [shown, setShown] = useState<string | null>(null);
  const { versions, phase, problem, isBusy } = drafting;
  const ofTemplate = versions.filter(({ templateId }) => templateId === template.id);
  const version = ofTemplate.find(({ runId }) => runId === shown) ?? ofTemplate.at(-1) ?? null;
  const fields = filled ?? version?.fields ?? {};

  const begin = (values: Fields) => {
    setShown(null);
    drafting.start(values);
  };

  if (phase === 'missing') {
    return (
      <PageState
        level={1}
        icon={SearchX}
        title="Draft not found"
        requestId={problem?.problem.requestId ?? null}
        actions={
          <Button tone="primary" onClick={onNew}>
            New draft
          </Button>
        }
      >
        It was deleted, or you don’t have access.
      </PageState>
    );
  }
  return (
    <>
      <header className="flex flex-wrap items-end justify-between gap-3">
        <div className="flex min-w-0 flex-col gap-1.5">
          <nav aria-label="Breadcrumb" className="flex items-center gap-1 text-small text-muted">
            <Link
              href="/drafts"
              className="inline-flex min-h-6 items-center hover:text-text hover:underline touch:min-h-11 touch:min-w-11"
            >
              Drafts
            </Link>
          </nav>
          <h1 className="text-display font-semibold tracking-tight">{template.name}</h1>
          <p className="max-w-3xl text-muted">{template.description}</p>
        </div>
        {versions.length > 0 && (
          <Button onClick={onNew} disabled={isBusy}>
            <Plus size={16} aria-hidden />
            New draft
          </Button>
        )}
      </header>
      {phase === 'loading' ? (
        <Skeleton lines={['h-10 w-1/3', 'h-40 w-full', 'h-40 w-full']} />
      ) : (
        <div className="grid items-start gap-6 desk:grid-cols-[minmax(16rem,20rem)_minmax(0,1fr)]">
          <DraftForm
            template={template}
            fields={fields}
            onFields={setFilled}
            issues={issuesOf(problem?.problem ?? null)}
            isBusy={isBusy}
            isAgain={ofTemplate.length > 0}
            onSubmit={begin}
          />
          <div className="flex min-w-0 flex-col gap-4">
            {problem && <DraftProblem {...problem} onAgain={() => begin(fields)} />}
            <PageBoundary resetKey={version}>
              <DraftPaper
                me={me}
                template={template}
                versions={ofTemplate}
                version={version}
                onChoose={setShown}
                drafting={drafting}
              />
            </PageBoundary>
          </div>
        </div>
      )}
    </>
  );
}

/** Field values from the URL. */
function fieldsFromUrl(template: TemplateInfo, search: string): Fields {
  const given = new URLSearchParams(search);
  return Object.fromEntries(
    template.fields.flatMap(({ name }) => {
      const value = given.get(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  );
}

/** Why a draft could not be generated. */
function DraftProblem({ problem, at, onAgain }: { problem: Problem; at: number; onAgain: () => void }) {
  if (problem.status === 400) {
    return (
      <Banner tone="danger" icon={CircleAlert} alert title="Check the form">
        <p>See the highlighted fields.</p>
        {problem.requestId && <RequestId id={problem.requestId} />}
      </Banner>
    );
  }
  const isOverQuota = problem.status === 402;
  return (
    <ProblemBanner
      error={problem}
      receivedAt={at}
      savedOverQuota="Your form is saved and earlier drafts stay available."
      retry={
        !isOverQuota && (
          <Button size="small" onClick={onAgain}>
            Regenerate
          </Button>
        )
      }
    />
  );
}
