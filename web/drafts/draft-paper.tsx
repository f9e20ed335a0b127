// The draft itself: as it is written, as it reads, and as text that can be changed. A change stays with its version; a draft
// that is made again is a version of its own.
import {
  CircleAlert,
  CircleStop,
  Eye,
  FileDown,
  FileText,
  MessageSquareText,
  PenLine,
  Square,
  Unplug,
  WifiOff,
} from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import type { TemplateInfo } from '../../worker/templates-contract.ts';
import { Badge } from '../design/badge.tsx';
import { Button } from '../design/button.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { SelectField } from '../design/select-field.tsx';
import { TextAreaField } from '../design/text-field.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { saveAsDocx, saveAsMarkdown } from './download.ts';
import { DraftFacts } from './draft-facts.tsx';
import type { DraftVersion } from './draft-version.ts';
import { keepEdit, readEdit } from './kept-edits.ts';
import type { Drafting } from './use-drafting.ts';

type DraftPaperProps = {
  me: Me;
  template: TemplateInfo;
  versions: readonly DraftVersion[];
  version: DraftVersion | null;
  onChoose: (runId: string) => void;
  drafting: Drafting;
};

export function DraftPaper({ me, template, versions, version, onChoose, drafting }: DraftPaperProps) {
  if (version === null) {
    return (
      <section
        aria-label="Draft"
        className="flex min-h-48 flex-col items-center justify-center gap-2 rounded-card border border-dashed border-line-strong p-8 text-center text-muted"
      >
        <FileText size={24} strokeWidth={1.5} aria-hidden />
        <p>
          {drafting.isBusy
            ? 'Reading what is on record…'
            : 'The draft will stand here, with the rows that it is made of.'}
        </p>
      </section>
    );
  }
  const options = versions.map(({ runId }, index) => ({ value: runId, label: `Version ${index + 1}` }));
  return (
    <section aria-label="Draft" className="flex min-w-0 flex-col gap-4">
      <h2 className="sr-only">Draft</h2>
      {versions.length > 1 && (
        <SelectField label="Version" options={options} value={version.runId} onChange={onChoose} className="max-w-48" />
      )}
      <Written key={version.runId} me={me} template={template} version={version} drafting={drafting} />
    </section>
  );
}

type WrittenProps = Pick<DraftPaperProps, 'me' | 'template' | 'drafting'> & { version: DraftVersion };

function Written({ me, template, version, drafting }: WrittenProps) {
  const [, navigate] = useLocation();
  const [edit, setEdit] = useState(() => readEdit(me.user.id, version.runId));
  const [isEditing, setEditing] = useState(false);
  const [failed, setFailed] = useState(false);
  const isStreaming = version.status === 'streaming';
  const text = edit ?? version.text;
  const change = (words: string) => {
    const kept = words === version.text ? null : words;
    setEdit(kept);
    keepEdit(me.user.id, version.runId, kept);
  };
  const name = fileName(template.name, text);
  const saveDocx = () => {
    setFailed(false);
    saveAsDocx(text, name).catch(() => setFailed(true));
  };
  return (
    <>
      <div className="flex min-w-0 flex-col rounded-card border border-line-strong bg-surface shadow-raised">
        <div className="flex flex-wrap items-center gap-2 border-b border-line-strong px-3 py-2">
          <State version={version} link={drafting.link} isEdited={edit !== null} />
          <span className="grow" />
          {isStreaming ? (
            <Button size="small" onClick={drafting.stop}>
              <Square size={12} aria-hidden className="fill-current" />
              Stop
            </Button>
          ) : (
            text !== '' && (
              <>
                <Button size="small" aria-pressed={isEditing} onClick={() => setEditing(!isEditing)}>
                  {isEditing ? <Eye size={14} aria-hidden /> : <PenLine size={14} aria-hidden />}
                  {isEditing ? 'Read' : 'Edit'}
                </Button>
                <Button size="small" onClick={() => saveAsMarkdown(text, name)}>
                  <FileDown size={14} aria-hidden />
                  Markdown
                </Button>
                <Button size="small" onClick={saveDocx}>
                  <FileDown size={14} aria-hidden />
                  Word
                </Button>
                <CopyButton text={text} label="Copy the draft" />
              </>
            )
          )}
        </div>
        <div aria-busy={isStreaming} className="min-w-0 px-4 py-4 text-answer desk:px-6 desk:py-5">
          {isEditing ? (
            <TextAreaField label="The draft’s text" rows={20} value={text} onChange={change} spellCheck />
          ) : text === '' ? (
            <p className="text-muted">{isStreaming ? 'Writing…' : 'Nothing was written.'}</p>
          ) : (
            <div dir="auto" className={isStreaming ? 'caret-tail' : undefined}>
              <Markdown text={withGaps(text)} streaming={isStreaming} />
            </div>
          )}
        </div>
      </div>
      {failed && (
        <p role="alert" className="text-small text-on-danger">
          The document could not be made. Download it as Markdown, or try again.
        </p>
      )}
      <Announcement version={version} />
      <DraftFacts version={version} isEdited={edit !== null} />
      {!isStreaming && version.text !== '' && (
        <Button className="self-start" onClick={() => navigate(`/chat/${sessionOf(location.search)}`)}>
          <MessageSquareText size={16} aria-hidden />
          Open in chat
        </Button>
      )}
    </>
  );
}

const sessionOf = (search: string): string => new URLSearchParams(search).get('session') ?? '';

/** Gaps stand out, so that nobody sends one. Not within code, where backticks would end it. */
const withGaps = (text: string): string => text.replace(/(?<!`)\[missing:[^\]`\n]*\](?!`)/gi, (gap) => `\`${gap}\``);

function fileName(template: string, text: string): string {
  const title = /^#\s+(.{1,80})$/m.exec(text)?.[1] ?? /^Subject:\s*(.{1,80})/m.exec(text)?.[1] ?? template;
  return (
    title
      .replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim() || 'draft'
  );
}

function State({ version, link, isEdited }: { version: DraftVersion; link: Drafting['link']; isEdited: boolean }) {
  if (version.status === 'streaming') {
    return link === 'reconnecting' ? (
      <Badge tone="notice" icon={WifiOff}>
        Reconnecting…
      </Badge>
    ) : (
      <Badge tone="accent" icon={PenLine}>
        Writing
      </Badge>
    );
  }
  const edited = isEdited && <Badge icon={PenLine}>Edited</Badge>;
  switch (version.status) {
    case 'stopped':
      return (
        <>
          <Badge icon={CircleStop}>Stopped</Badge>
          {edited}
        </>
      );
    case 'interrupted':
      return (
        <>
          <Badge tone="notice" icon={Unplug}>
            Interrupted
          </Badge>
          <span className="text-small text-muted">What came so far is kept. Draft again for the whole.</span>
          {edited}
        </>
      );
    case 'failed':
      return (
        <>
          <Badge tone="danger" icon={CircleAlert}>
            Failed
          </Badge>
          <span className="text-small text-muted">{version.error}</span>
          {edited}
        </>
      );
    default:
      return edited || <Badge tone="good">Written</Badge>;
  }
}

/** One line for screen readers, however many words come. */
function Announcement({ version: { status, check } }: { version: DraftVersion }) {
  const found = check?.findings.length ?? 0;
  const words = {
    streaming: 'Writing the draft',
    complete: found === 0 ? 'The draft is written.' : `The draft is written. ${found} to check.`,
    stopped: 'The draft was stopped.',
    interrupted: 'The draft was interrupted.',
    failed: 'The draft failed.',
  }[status];
  return (
    <p role="status" className="sr-only">
      {words}
    </p>
  );
}
