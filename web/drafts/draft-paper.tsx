// A draft while it streams, as rendered Markdown, and as editable text. Edits belong to one version; regenerating creates
// a new version.
import {
  CircleAlert,
  CircleStop,
  Eye,
  FileDown,
  FileText,
  MessageSquareText,
  PenLine,
  Scissors,
  Square,
  Unplug,
  WifiOff,
} from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import type { TemplateInfo } from '../../worker/api/templates/templates-schema.ts';
import { loadPart } from '../boundary/load-part.ts';
import { cutText } from '../chat/answer/answer-status.tsx';
import { Badge } from '../design/badge.tsx';
import { Button } from '../design/controls/button.tsx';
import { CopyButton } from '../design/controls/copy-button.tsx';
import { SelectField } from '../design/controls/select-field.tsx';
import { TextAreaField } from '../design/controls/text-field.tsx';
import { RequestId } from '../design/request-id.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { saveFile } from '../save-file.ts';
import { DraftReview } from './draft-review.tsx';
import type { DraftVersion } from './draft-version.ts';
import type { Drafting } from './use-drafting.ts';

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

// Edits are stored on this device, per user and version; the server keeps the draft as it was generated.
const keyOf = (userId: string, runId: string): string => `groundwire:edited-draft:${userId}:${runId}`;

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
        <p>{drafting.isBusy ? 'Reading your records…' : 'Your draft and its sources will appear here.'}</p>
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
      <VersionView key={version.runId} me={me} template={template} version={version} drafting={drafting} />
    </section>
  );
}

type VersionViewProps = Pick<DraftPaperProps, 'me' | 'template' | 'drafting'> & { version: DraftVersion };

function VersionView({ me, template, version, drafting }: VersionViewProps) {
  const [, navigate] = useLocation();
  const [edit, setEdit] = useState(() => readEdit(me.user.id, version.runId));
  const [isEditing, setEditing] = useState(false);
  const [failed, setFailed] = useState(false);
  const isStreaming = version.status === 'streaming';
  const text = edit ?? version.text;
  const isBlank = text.trim() === '';
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
          <DraftStatus version={version} link={drafting.link} isEdited={edit !== null} />
          <span className="grow" />
          {isStreaming ? (
            <Button size="small" onClick={drafting.stop}>
              <Square size={12} aria-hidden className="fill-current" />
              Stop
            </Button>
          ) : (
            !isBlank && (
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
                <CopyButton text={text} label="Copy draft" />
              </>
            )
          )}
        </div>
        <div aria-busy={isStreaming} className="min-w-0 px-4 py-4 text-answer desk:px-6 desk:py-5">
          {isEditing ? (
            <TextAreaField label="Draft text" rows={20} value={text} onChange={change} spellCheck />
          ) : isBlank ? (
            <p className="text-muted">{isStreaming ? 'Writing…' : 'The draft is empty.'}</p>
          ) : (
            <div className={isStreaming ? 'caret-tail' : undefined}>
              <Markdown text={highlightGaps(text)} streaming={isStreaming} />
            </div>
          )}
        </div>
      </div>
      {failed && (
        <p role="alert" className="text-small text-on-danger">
          The document couldn’t be created. Download it as Markdown, or try again.
        </p>
      )}
      {version.requestId !== null && <RequestId id={version.requestId} />}
      <Announcement version={version} />
      <DraftReview version={version} isEdited={edit !== null} />
      {!isStreaming && !isBlank && (
        <Button className="self-start" onClick={() => navigate(`/chat/${sessionOf(location.search)}`)}>
          <MessageSquareText size={16} aria-hidden />
          Open in chat
        </Button>
      )}
    </>
  );
}

const sessionOf = (search: string): string => new URLSearchParams(search).get('session') ?? '';

/** Marks gaps as code so they stand out before sending. Skips gaps inside code, where a backtick would end it. */
const highlightGaps = (text: string): string =>
  text.replace(/(?<!`)\[missing:[^\]`\n]*\](?!`)/gi, (gap) => `\`${gap}\``);

function fileName(template: string, text: string): string {
  const title = /^#\s+(.{1,80})$/m.exec(text)?.[1] ?? /^Subject:\s*(.{1,80})/m.exec(text)?.[1] ?? template;
  return (
    title
      .replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim() || 'draft'
  );
}

function DraftStatus({
  version,
  link,
  isEdited,
}: {
  version: DraftVersion;
  link: Drafting['link'];
  isEdited: boolean;
}) {
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
          {version.error !== null && <span className="text-small text-muted">{version.error}</span>}
          {edited}
        </>
      );
    case 'interrupted':
      return (
        <>
          <Badge tone="notice" icon={Unplug}>
            Interrupted
          </Badge>
          <span className="text-small text-muted">The partial draft is saved. Regenerate to get all of it.</span>
          {edited}
        </>
      );
    case 'cut':
      return (
        <>
          <Badge tone="notice" icon={Scissors}>
            Cut off
          </Badge>
          <span className="text-small text-muted">{cutText(version.cause)} Regenerate, or continue it in chat.</span>
          {edited}
        </>
      );
    case 'refused':
    case 'limited':
    case 'failed':
      return (
        <>
          <Badge tone="danger" icon={CircleAlert}>
            {version.status === 'refused' ? 'Declined' : version.status === 'limited' ? 'Limit reached' : 'Failed'}
          </Badge>
          <span className="text-small text-muted">{version.error}</span>
          {edited}
        </>
      );
    default:
      return edited || <Badge tone="good">Done</Badge>;
  }
}

/** Announces status changes to screen readers, without the streamed text. */
function Announcement({ version: { status, check } }: { version: DraftVersion }) {
  const found = check?.findings.length ?? 0;
  const words = {
    streaming: 'Writing the draft',
    complete: found === 0 ? 'The draft is done.' : `The draft is done. ${found} to check.`,
    cut: 'The draft was cut off.',
    stopped: 'The draft was stopped.',
    refused: 'The model declined.',
    limited: 'The draft reached a limit.',
    interrupted: 'The draft was interrupted.',
    failed: 'The draft failed.',
  }[status];
  return (
    <p role="status" className="sr-only">
      {words}
    </p>
  );
}

function readEdit(userId: string, runId: string, store: Store | null = storage()): string | null {
  try {
    return store?.getItem(keyOf(userId, runId)) ?? null;
  } catch {
    return null;
  }
}

/** Null removes the edit. */
function keepEdit(userId: string, runId: string, text: string | null, store: Store | null = storage()): void {
  try {
    if (text === null) store?.removeItem(keyOf(userId, runId));
    else store?.setItem(keyOf(userId, runId), text);
  } catch {
    // Storage can be full or blocked; the edit then lasts until the page is closed.
  }
}

function storage(): Store | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

function saveAsMarkdown(text: string, name: string): void {
  saveFile(new Blob([text], { type: 'text/markdown;charset=utf-8' }), `${name}.md`);
}

/** The Word converter loads on first use; rejects if it can't be loaded. */
async function saveAsDocx(text: string, name: string): Promise<void> {
  const { toDocx } = await loadPart(() => import('./to-docx.ts'));
  saveFile(await toDocx(text, name), `${name}.docx`);
}
