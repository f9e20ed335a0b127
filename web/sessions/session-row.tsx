// One conversation in the list: opens on click, with a menu to rename, pin and delete.
import { Ellipsis, Pencil, Pin, PinOff, Split, Trash2 } from 'lucide-react';
import { type MouseEvent, useEffect, useRef, useState } from 'react';
import type { SessionList } from '../../worker/api/sessions/sessions-schema.ts';
import { CONTROL } from '../design/controls/field.tsx';
import { cx } from '../design/cx.ts';
import { keysOf } from '../design/keys.ts';
import { Menu } from '../design/overlays/menu.tsx';
import { MixedText } from '../markdown/mixed-text.tsx';
import { timeAgo } from './group-sessions.ts';
import { markMatches } from './mark-matches.ts';

type RenameFieldProps = { title: string; onFinish: (next: string | null) => void };

/** A pointer that only passes over a row doesn't prefetch it. */
const HOVER_MS = 60;

type SessionRowProps = {
  session: SessionList['sessions'][number];
  /** The search text to highlight. */
  query: string;
  active: boolean;
  running: boolean;
  now: Date;
  /** Null if the row is a button. */
  href: string | null;
  onOpen: () => void;
  /** The user is about to open it. */
  onIntent: () => void;
  onRename: (title: string) => void;
  onPin: (pinned: boolean) => void;
  onDelete: () => void;
};

export function SessionRow(props: SessionRowProps) {
  const { session, query, active, running, now, href, onOpen, onIntent, onRename, onPin, onDelete } = props;
  const [renaming, setRenaming] = useState(false);
  const row = useRef<HTMLElement | null>(null);
  const renamed = useRef(false);
  const near = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    // The focused field has disappeared, so return the focus to the row.
    if (renamed.current && !renaming) row.current?.focus();
    renamed.current = renaming;
  }, [renaming]);
  useEffect(() => () => clearTimeout(near.current), []);
  const title = session.title ?? 'Untitled';
  if (renaming) {
    const finish = (next: string | null) => {
      setRenaming(false);
      const name = next?.trim() ?? '';
      if (name !== '' && name !== session.title) onRename(name);
    };
    return (
      <li>
        <RenameField title={title} onFinish={finish} />
      </li>
    );
  }

  const attributes = {
    ref: (element: HTMLElement | null) => {
      row.current = element;
    },
    'data-session': session.id,
    'aria-current': active ? ('page' as const) : undefined,
    onFocus: onIntent,
    onPointerEnter: () => {
      near.current = setTimeout(onIntent, HOVER_MS);
    },
    onPointerLeave: () => clearTimeout(near.current),
    className:
      'flex min-h-8 min-w-0 grow flex-col justify-center rounded-control px-2 py-1 text-start -outline-offset-2 touch:min-h-11',
  };
  const content = (
    <>
      <span className="flex w-full min-w-0 items-center gap-2">
        {running && (
          <span role="img" aria-label="Answering" className="size-2 shrink-0 animate-pulse rounded-full bg-accent" />
        )}
        <span dir="auto" className={cx('min-w-0 grow truncate text-parent', active && 'font-medium')}>
          <HighlightedText text={title} query={query} />
        </span>
        {session.forkedFrom && (
          <Split
            size={12}
            role="img"
            aria-label={`Forked from ${session.forkedFrom.title ?? 'another conversation'}`}
            className="shrink-0 text-muted"
          />
        )}
        {session.pinned && <Pin size={12} role="img" aria-label="Pinned" className="shrink-0 text-muted" />}
        <span className="shrink-0 text-meta text-muted tabular-nums group-focus-within:invisible group-hover:invisible touch:visible! touch:me-9">
          {timeAgo(session.updatedAt, now)}
        </span>
      </span>
      {session.snippet && (
        <span dir="auto" className="line-clamp-2 w-full text-small break-words text-muted text-parent">
          <HighlightedText text={session.snippet} query={query} />
        </span>
      )}
    </>
  );
  return (
    <li className={cx('group relative flex items-center rounded-control', active ? 'bg-press' : 'hover:bg-hover')}>
      {href === null ? (
        <button type="button" onClick={onOpen} {...attributes}>
          {content}
        </button>
      ) : (
        <a href={href} onClick={(event) => openHere(event, onOpen)} {...attributes}>
          {content}
        </a>
      )}
      <Menu
        trigger={
          <button
            type="button"
            aria-label={`Actions for ${title}`}
            className="absolute end-1 top-0.5 inline-flex size-7 items-center justify-center rounded-control text-muted opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 hover:bg-press hover:text-text data-[state=open]:opacity-100 touch:end-0 touch:top-0 touch:size-11 touch:opacity-100"
          >
            <Ellipsis size={16} aria-hidden />
          </button>
        }
        entries={[
          { kind: 'item', label: 'Rename', icon: <Pencil size={16} aria-hidden />, onSelect: () => setRenaming(true) },
          session.pinned
            ? { kind: 'item', label: 'Unpin', icon: <PinOff size={16} aria-hidden />, onSelect: () => onPin(false) }
            : { kind: 'item', label: 'Pin', icon: <Pin size={16} aria-hidden />, onSelect: () => onPin(true) },
          { kind: 'item', label: 'Delete', icon: <Trash2 size={16} aria-hidden />, danger: true, onSelect: onDelete },
        ]}
      />
    </li>
  );
}

/** Leaves clicks that open a new tab to the browser. */
function openHere(event: MouseEvent, onOpen: () => void): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  onOpen();
}

function HighlightedText({ text, query }: { text: string; query: string }) {
  return markMatches(text, query).map((part, at) =>
    part.isMatch ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <mark key={at} className="rounded-[2px] bg-tint text-accent-strong">
        {part.text}
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <MixedText key={at} text={part.text} />
    ),
  );
}

/** Edits a title in place. Enter or blur saves it, Esc cancels. */
function RenameField({ title, onFinish }: RenameFieldProps) {
  const [text, setText] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // The menu returns the focus to its button first, so select in the next frame.
    const frame = requestAnimationFrame(() => field.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <input
      ref={field}
      aria-label="Conversation title"
      value={text}
      maxLength={255}
      dir="auto"
      onChange={(event) => setText(event.target.value)}
      onBlur={() => onFinish(text)}
      onKeyDown={(event) => {
        const keys = keysOf(event);
        if (keys !== 'Enter' && keys !== 'Escape') return;
        // Keep these keys from closing the panel or opening the row.
        event.preventDefault();
        onFinish(keys === 'Enter' ? text : null);
      }}
      className={`${CONTROL} h-8 px-2 touch:h-11`}
    />
  );
}
