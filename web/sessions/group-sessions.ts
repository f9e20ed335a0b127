// Groups conversations under headings: pinned, today, yesterday, last 7 days, then by month.
import type { Session } from '../../worker/api/sessions/sessions-schema.ts';

export type SessionGroup = { readonly heading: string; readonly sessions: readonly Session[] };

/** Keeps the given order within each group. */
export function groupSessions(sessions: readonly Session[], now: Date): SessionGroup[] {
  const groups = new Map<string, Session[]>();
  const ordered = [...sessions.filter((session) => session.pinned), ...sessions.filter((session) => !session.pinned)];
  for (const session of ordered) {
    const heading = session.pinned ? 'Pinned' : headingOf(new Date(session.updatedAt), now);
    const group = groups.get(heading);
    if (group) group.push(session);
    else groups.set(heading, [session]);
  }
  return [...groups].map(([heading, members]) => ({ heading, sessions: members }));
}

function headingOf(date: Date, now: Date): string {
  const days = daysBetween(date, now);
  // If the local clock is slow, a new conversation is still "Today".
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return 'Last 7 days';
  const sameYear = date.getFullYear() === now.getFullYear();
  return date.toLocaleDateString('en-GB', sameYear ? { month: 'long' } : { month: 'long', year: 'numeric' });
}

/** Calendar days, not 24-hour spans. */
function daysBetween(date: Date, now: Date): number {
  const midnight = (value: Date) => Date.UTC(value.getFullYear(), value.getMonth(), value.getDate());
  return Math.round((midnight(now) - midnight(date)) / 86_400_000);
}

/** "now", "5 min", "3 h", then the weekday or date. */
export function timeAgo(iso: string, now: Date): string {
  const date = new Date(iso);
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  const days = daysBetween(date, now);
  if (days === 0) return `${Math.floor(minutes / 60)} h`;
  if (days < 7) return date.toLocaleDateString('en-GB', { weekday: 'short' });
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}
