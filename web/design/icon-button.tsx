// A square button with an icon; its label is its accessible name and its tooltip.
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from './cx.ts';

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  icon: LucideIcon;
  label: string;
  size?: 'small' | 'medium';
};

export function IconButton({
  icon: Icon,
  label,
  size = 'medium',
  className,
  type = 'button',
  ...rest
}: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={cx(
        'inline-flex shrink-0 items-center justify-center rounded-control text-muted transition-colors hover:bg-hover hover:text-text active:bg-press disabled:opacity-50 touch:size-11',
        size === 'small' ? 'size-7' : 'size-8',
        className,
      )}
      {...rest}
    >
      <Icon size={size === 'small' ? 16 : 18} strokeWidth={1.75} aria-hidden />
    </button>
  );
}
