// A message inside the page: what happened, what to do next, and buttons for it.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

const TONES = {
  neutral: { box: 'border-line-strong bg-raised', icon: 'text-muted' },
  notice: { box: 'border-on-notice/30 bg-notice/60', icon: 'text-on-notice' },
  danger: { box: 'border-on-danger/30 bg-danger/60', icon: 'text-on-danger' },
} as const;

type BannerProps = {
  tone: keyof typeof TONES;
  icon: LucideIcon;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Announces the message to screen readers immediately. */
  alert?: boolean;
};

export function Banner({ tone, icon: Icon, title, children, actions, alert = false }: BannerProps) {
  return (
    <div
      role={alert ? 'alert' : undefined}
      className={cx('flex animate-enter gap-3 rounded-card border p-3', TONES[tone].box)}
    >
      <Icon size={16} strokeWidth={2} aria-hidden className={cx('mt-0.5 shrink-0', TONES[tone].icon)} />
      <div className="flex min-w-0 grow flex-col gap-1">
        <div className="font-medium text-text">{title}</div>
        {children && <div className="text-small text-text/80">{children}</div>}
        {actions && <div className="mt-1 flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </div>
  );
}
