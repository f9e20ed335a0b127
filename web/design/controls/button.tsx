// A button with a text label. `tone` sets how prominent it is; use at most one `primary` in a group.
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from '../cx.ts';

const TONES = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong font-medium',
  plain: 'border border-line-strong bg-raised text-text shadow-raised hover:bg-hover active:bg-press font-medium',
  danger: 'bg-danger-fill text-on-danger-fill hover:opacity-90 font-medium',
  quiet: 'text-muted hover:bg-hover hover:text-text active:bg-press',
} as const;

const SIZES = {
  small: 'h-7 px-2 text-small touch:min-h-11 touch:min-w-11 touch:px-3',
  medium: 'h-8 px-3 text-ui touch:min-h-11',
  large: 'h-9 px-4 text-ui touch:min-h-11',
} as const;

/** The button's classes, for links that look like buttons. */
export const buttonStyle = (tone: keyof typeof TONES, size: keyof typeof SIZES): string =>
  cx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control whitespace-nowrap transition-colors select-none disabled:opacity-50 aria-disabled:cursor-default aria-disabled:opacity-50',
    TONES[tone],
    SIZES[size],
  );

type ButtonProps = ComponentProps<'button'> & {
  tone?: keyof typeof TONES;
  size?: keyof typeof SIZES;
  /** The action is running: the button keeps its size and focus, and ignores clicks. */
  busy?: boolean;
};

export function Button(props: ButtonProps) {
  const {
    tone = 'plain',
    size = 'medium',
    busy = false,
    className,
    type = 'button',
    onClick,
    children,
    ...rest
  } = props;
  return (
    <button
      type={busy ? 'button' : type}
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : onClick}
      className={cx(buttonStyle(tone, size), className)}
      {...rest}
    >
      {busy && <LoaderCircle size={16} aria-hidden className="animate-spin" />}
      {children}
    </button>
  );
}
