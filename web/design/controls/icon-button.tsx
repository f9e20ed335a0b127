// A square button with an icon; its label is its accessible name and its tooltip.
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from '../cx.ts';
import { ariaKeys } from '../keys.ts';
import { tip } from '../overlays/tooltips.ts';

type IconButtonProps = Omit<ComponentProps<'button'>, 'children' | 'title'> & {
  icon: LucideIcon;
  label: string;
  /** The tooltip's text, if it says more than the label. */
  hint?: string;
  /** The keyboard shortcut for the same action, for example "Mod+L". */
  keys?: string | undefined;
  size?: 'small' | 'medium';
};

export function IconButton({
  icon: Icon,
  label,
  hint = label,
  keys,
  size = 'medium',
  className,
  type = 'button',
  ...rest
}: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      {...tip(hint, keys)}
      {...(keys !== undefined && { 'aria-keyshortcuts': ariaKeys(keys) })}
      className={cx(
        'inline-flex shrink-0 items-center justify-center rounded-control text-muted transition-colors hover:bg-hover hover:text-text active:bg-press disabled:opacity-50 touch:size-11',
        size === 'small' ? 'size-7' : 'size-8',
        className,
      )}
      {...rest}
    >
      <Icon size={size === 'small' ? 16 : 20} strokeWidth={1.75} aria-hidden />
    </button>
  );
}
