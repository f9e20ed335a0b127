// The bar above every page: logo, navigation, Quick Ask, organization and user menu.
import { Link, useLocation } from 'wouter';
import type { Me } from '../../worker/api/identity/identity-schema.ts';
import { QuickAskButton } from '../assistant/quick-ask-button.tsx';
import { ErrorBoundary } from '../boundary/error-boundary.tsx';
import { cx } from '../design/cx.ts';
import { Logo } from '../design/logo.tsx';
import { BareBar } from './bare-frame.tsx';
import { canAsk, isWithin, useProductParts } from './product-nav.ts';
import { UserMenu } from './user-menu.tsx';

export function TopBar({ me }: { me: Me }) {
  return (
    <ErrorBoundary fallback={() => <BareBar />}>
      <ProductBar me={me} />
    </ErrorBoundary>
  );
}

function ProductBar({ me }: { me: Me }) {
  const [path] = useLocation();
  const parts = useProductParts(me);
  return (
    // Menus in the bar belong to it, because the page below may change while one is open.
    <header
      data-menu-host
      className="flex h-12 shrink-0 items-center gap-1 border-b border-line bg-surface px-3 desk:px-4 touch:h-14"
    >
      <Link
        href="/"
        aria-label="Groundwire"
        className="inline-flex h-9 shrink-0 items-center gap-2.5 rounded-control sm:me-3 touch:h-11 touch:min-w-11 touch:justify-center"
      >
        <Logo size={24} />
        <span className="hidden font-semibold tracking-tight desk:inline">Groundwire</span>
      </Link>
      <nav aria-label="Product" className="flex min-w-0 grow items-center gap-1">
        {parts.map(({ label, icon: Icon, root, href }) => {
          const isOpen = isWithin(root, path);
          return (
            <Link
              key={root}
              href={href}
              aria-current={isOpen ? 'page' : undefined}
              className={cx(
                'inline-flex h-8 min-w-0 items-center gap-1.5 rounded-control px-2.5 transition-colors touch:h-11 touch:min-w-11 touch:justify-center',
                isOpen ? 'bg-hover font-medium text-text' : 'text-muted hover:bg-hover hover:text-text',
              )}
            >
              <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
              <span className={isOpen && parts.length <= 3 ? 'truncate' : 'sr-only sm:not-sr-only sm:truncate'}>
                {label}
              </span>
            </Link>
          );
        })}
      </nav>
      {canAsk(me) && <QuickAskButton />}
      <span className="ms-2 hidden max-w-44 truncate text-small text-muted desk:inline">{me.org.name}</span>
      <UserMenu me={me} />
    </header>
  );
}
