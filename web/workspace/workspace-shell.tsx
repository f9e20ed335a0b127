// The frame of the workspace's pages: the way back to the chat, the way to the top, and who is looking.
import { LayoutGrid, MessagesSquare } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Me } from '../../worker/contract.ts';
import { lastChat } from '../chat/last-chat.ts';
import { UserMenu } from '../chat/user-menu.tsx';
import { Logo } from '../design/logo.tsx';

type ShellProps = { me: Me; canAsk: boolean; children: ReactNode; aside?: ReactNode };

export function WorkspaceShell({ me, canAsk, children, aside }: ShellProps) {
  return (
    <div className="flex h-dvh flex-col bg-canvas">
      <header className="flex h-14 shrink-0 items-center gap-1 border-b border-line bg-surface px-3 desk:px-4">
        <Link href="/workspace" className="me-2 inline-flex h-9 items-center gap-2.5 rounded-control touch:h-11">
          <Logo size={24} />
          <span className="hidden font-semibold tracking-tight sm:inline">Groundwire</span>
          <span className="sr-only sm:hidden">Groundwire</span>
        </Link>
        <nav aria-label="Product" className="flex min-w-0 grow items-center gap-1">
          <Link href="/workspace" className={NAV}>
            <LayoutGrid size={16} strokeWidth={1.75} aria-hidden />
            Workspace
          </Link>
          {canAsk && (
            <Link href={lastChat()} className={NAV}>
              <MessagesSquare size={16} strokeWidth={1.75} aria-hidden />
              Chat
            </Link>
          )}
        </nav>
        <span className="hidden max-w-44 truncate text-small text-muted desk:inline">{me.org.name}</span>
        <UserMenu me={me} />
      </header>
      <div className="flex min-h-0 grow flex-col desk:flex-row">
        <main className="min-h-0 min-w-0 grow overflow-y-auto [scrollbar-gutter:stable]">
          <div className="mx-auto flex w-full max-w-6xl flex-col gap-6 px-4 py-6 desk:px-8 desk:py-8">{children}</div>
        </main>
        {aside}
      </div>
    </div>
  );
}

const NAV =
  'inline-flex h-9 items-center gap-1.5 rounded-control px-2.5 text-muted transition-colors hover:bg-hover hover:text-text touch:h-11';
