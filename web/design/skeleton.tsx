// Placeholders for content that is loading. They appear after a short delay, so fast responses don't flash.
import { useEffect, useState } from 'react';
import { cx } from './cx.ts';

const DELAY_MS = 150;

export function Skeleton({ lines, className }: { lines: readonly string[]; className?: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), DELAY_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <div aria-hidden className={cx('flex animate-pulse flex-col gap-3', className)}>
      {lines.map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines never move
        <div key={index} className={cx('h-4 rounded-control bg-neutral', width)} />
      ))}
    </div>
  );
}
