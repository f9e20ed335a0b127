// One conversation in the list: opens on click, and carries its own menu.
import { Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Session } from '../../worker/contract.ts';
import { cx } from '../design/cx.ts';
import { Menu } from '../design/menu.tsx';
import { timeAgo } from './group-sessions.ts';

type SessionRowProps = {
  session: Session;
  active: boolean;
  running: boolean;
  now: Date;
  onOpen: () => void;
  onRename: (title: string) => void;
  onDelete: () => void;
};

export function SessionRow({ session, active, running, now, onOpen, onRename, onDelete }: SessionRowProps) {
  const [renaming, setRenaming] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const renamed = useRef(false);
  useEffect(() => {
    // The field that had the focus is gone; the row is where it came from.
    if (renamed.current && !renaming) link.current?.focus();
    renamed.current = renaming;
  }, [renaming]);
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
  return (
    <li className={cx('group relative flex items-center rounded-control', active ? 'bg-press' : 'hover:bg-hover')}>
      <a
        ref={link}
        href={`/chat/${session.id}`}
        aria-current={active ? 'page' : undefined}
        onClick={(event) => {
          // A click that asks for a new tab stays the browser's.
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          onOpen();
        }}
        className="flex min-h-8 min-w-0 grow items-center gap-2 rounded-control px-2 touch:min-h-11"
      >
        {running && (
          <span role="img" aria-label="Answering" className="size-2 shrink-0 animate-pulse rounded-full bg-accent" />
        )}
        <span dir="auto" className={cx('min-w-0 grow truncate [text-align:match-parent]', active && 'font-medium')}>
          {title}
        </span>
        <span className="shrink-0 text-meta text-muted tabular-nums group-focus-within:invisible group-hover:invisible touch:visible! touch:me-9">
          {timeAgo(session.updatedAt, now)}
        </span>
      </a>
      <Menu
        trigger={
          <button
            type="button"
            aria-label={`Actions for ${title}`}
            className="absolute end-1 inline-flex size-7 items-center justify-center rounded-control text-muted opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 hover:bg-press hover:text-text data-[state=open]:opacity-100 touch:end-0 touch:size-11 touch:opacity-100"
          >
            <Ellipsis size={16} aria-hidden />
          </button>
        }
        entries={[
          { kind: 'item', label: 'Rename', icon: <Pencil size={16} aria-hidden />, onSelect: () => setRenaming(true) },
          { kind: 'item', label: 'Delete', icon: <Trash2 size={16} aria-hidden />, danger: true, onSelect: onDelete },
        ]}
      />
    </li>
  );
}

/** Enter or leaving the field keeps the new name, Esc the old one. */
function RenameField({ title, onFinish }: { title: string; onFinish: (next: string | null) => void }) {
  const [text, setText] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // The menu that opened this gives focus back to its button a moment later; the frame after that is ours.
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
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') onFinish(text);
        if (event.key !== 'Escape') return;
        // Esc here means the name, not the drawer around it.
        event.preventDefault();
        onFinish(null);
      }}
      className="h-8 w-full rounded-control border border-control bg-raised px-2 outline-none focus:border-accent touch:h-11"
    />
  );
}
