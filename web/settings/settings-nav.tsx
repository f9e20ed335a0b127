// The way between the subjects of the settings: a column where there is room, a line that scrolls where there is not.
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { cx } from '../design/cx.ts';
import { addressOf, type SettingsTab } from './settings-tabs.ts';

export function SettingsNav({ tabs }: { tabs: readonly SettingsTab[] }) {
  const [path] = useLocation();
  const list = useRef<HTMLUListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each address has its own entry to be seen
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  const isIndex = !tabs.some((tab) => path === addressOf(tab));
  return (
    <nav
      aria-label="Settings"
      // Where it would be a line above the same links in a list, the list is enough.
      className={cx('min-w-0 desk:sticky desk:top-8 desk:block desk:self-start', isIndex && 'hidden')}
    >
      <ul
        ref={list}
        className="-mx-4 flex gap-1 overflow-x-auto px-4 py-1 [scrollbar-width:none] desk:mx-0 desk:flex-col desk:overflow-visible desk:px-0 desk:py-0"
      >
        {tabs.map((tab) => {
          const { icon: Icon, label } = tab;
          const isOpen = path === addressOf(tab);
          return (
            <li key={tab.id} className="shrink-0">
              <Link
                href={addressOf(tab)}
                aria-current={isOpen ? 'page' : undefined}
                className={cx(
                  'flex h-9 items-center gap-2.5 rounded-control px-3 transition-colors touch:h-11',
                  isOpen ? 'bg-hover font-medium text-text' : 'text-muted hover:bg-hover hover:text-text',
                )}
              >
                <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
