// The initials of a person or an organization.
import { cx } from './cx.ts';

export function Avatar({ name, square = false }: { name: string; square?: boolean }) {
  return (
    <span
      aria-hidden
      // Hidden from screen readers: the name next to it is enough.
      data-initials={initials(name)}
      className={cx(
        'inline-flex size-7 shrink-0 items-center justify-center bg-tint text-meta font-semibold text-accent-strong select-none before:content-[attr(data-initials)]',
        square ? 'rounded-control' : 'rounded-full',
      )}
    />
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0]?.[0] ?? '?';
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : '';
  return (first + last).toUpperCase();
}
