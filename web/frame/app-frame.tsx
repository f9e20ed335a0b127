// The layout of the product's pages. The top bar stays while pages change, load and fail; below it are the content and an
// optional aside.
import type { ReactNode } from 'react';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { cx } from '../design/cx.ts';
import { TopBar } from './top-bar.tsx';

/** The content's largest width: wide for tables, narrow for forms and text. The margins leave room for the edge tab. */
const WIDTHS = { wide: 'max-w-[74rem]', form: 'max-w-[50rem]' } as const;

/** Around all pages, so that the bar is never mounted again: a menu in it stays open. */
export function AppFrame({ me, children }: { me: Me; children: ReactNode }) {
  return (
    <div className="flex h-dvh flex-col bg-canvas">
      <TopBar me={me} />
      {children}
    </div>
  );
}

type ContentProps = { width?: keyof typeof WIDTHS; aside?: ReactNode; children: ReactNode };

/** A page's content. */
export function PageContent({ width = 'wide', aside, children }: ContentProps) {
  return (
    <div className="flex min-h-0 grow flex-col desk:flex-row">
      <main className="page-main min-h-0 min-w-0 grow overflow-y-auto [scrollbar-gutter:stable]">
        <div className={cx('mx-auto flex w-full flex-col gap-6 px-4 py-6 desk:px-12 desk:py-8', WIDTHS[width])}>
          {children}
        </div>
      </main>
      {aside}
    </div>
  );
}
