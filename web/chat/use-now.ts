// The current time, updated only while `ticking`.
import { useEffect, useState } from 'react';

export function useNow(options: { ticking: boolean; everyMs: number }): number {
  const { ticking, everyMs } = options;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [ticking, everyMs]);
  return now;
}
