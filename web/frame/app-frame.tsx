// The frame of the product's pages: the top bar, the page, and what may stand beside it.
import type { ReactNode } from 'react';
import type { Me } from '../../worker/contract.ts';
import { cx } from '../design/cx.ts';
import { TopBar } from './top-bar.tsx';

/** How wide a page's content grows, with margins that hold the assistant's tab: tables need room, forms and texts a measure. */
const WIDTHS = { wide: 'max-w-[74rem]', form: 'max-w-[50rem]' } as const;

type FrameProps = { me: Me; width?: keyof typeof WIDTHS; aside?: ReactNode; children: ReactNode };

export function AppFrame({ me, width = 'wide', aside, children }: FrameProps) {
  return (
    <div className="flex h-dvh flex-col bg-canvas">
      <TopBar me={me} />
      <div className="flex min-h-0 grow flex-col desk:flex-row">
        <main className="page-main min-h-0 min-w-0 grow overflow-y-auto [scrollbar-gutter:stable]">
          <div className={cx('mx-auto flex w-full flex-col gap-6 px-4 py-6 desk:px-12 desk:py-8', WIDTHS[width])}>
            {children}
          </div>
        </main>
        {aside}
      </div>
    </div>
  );
}
