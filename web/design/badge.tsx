// A short status label with an optional icon. Color never carries the meaning alone.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { tip } from './overlays/tooltips.ts';

const TONES = {
  neutral: 'bg-neutral text-on-neutral',
  notice: 'bg-notice text-on-notice',
  danger: 'bg-danger text-on-danger',
  good: 'bg-good text-on-good',
  accent: 'bg-accent-soft text-accent',
} as const;

type BadgeProps = {
  tone?: keyof typeof TONES;
  icon?: LucideIcon;
  /** The tooltip's text. */
  tip?: string;
  className?: string;
  children: ReactNode;
};

export function Badge({ tone = 'neutral', icon: Icon, tip: words, className, children }: BadgeProps) {
  return (
    <span
      data-badge
      {...(words !== undefined && tip(words))}
      className={cx(
        'inline-flex h-6 shrink-0 items-center gap-1 rounded-full px-2 text-meta font-medium whitespace-nowrap',
        TONES[tone],
        className,
      )}
    >
      {Icon && <Icon size={14} strokeWidth={2} aria-hidden />}
      {children}
    </span>
  );
}
