import { describe, expect, test } from 'vitest';
import type { Session } from '../../worker/api/sessions/sessions-schema.ts';
import { groupSessions, timeAgo } from './group-sessions.ts';

const NOW = new Date(2026, 10, 21, 0, 30);
const at = (...parts: [number, number, number, number?]): string => new Date(...parts).toISOString();
const session = (id: string, updatedAt: string, pinned = false): Session => ({
  id,
  title: id,
  model: null,
  programId: null,
  designId: null,
  pinned,
  audience: 'private',
  forkedFrom: null,
  createdAt: updatedAt,
  updatedAt,
  activeRunId: null,
});

describe('groupSessions', () => {
  test('groups by pinned, day, then month', () => {
    const groups = groupSessions(
      [
        session('now', at(2026, 10, 21, 0)),
        session('last-night', at(2026, 10, 20, 23)),
        session('tuesday', at(2026, 10, 17)),
        session('early', at(2026, 10, 3)),
        session('kept', at(2026, 8, 1), true),
        session('summer', at(2026, 6, 1)),
        session('old', at(2025, 6, 1)),
      ],
      NOW,
    );
    expect(groups.map((group) => [group.heading, group.sessions.map((entry) => entry.id)])).toEqual([
      ['Pinned', ['kept']],
      ['Today', ['now']],
      ['Yesterday', ['last-night']],
      ['Last 7 days', ['tuesday']],
      ['November', ['early']],
      ['July', ['summer']],
      ['July 2025', ['old']],
    ]);
  });

  test('treats the future as today if the clock is slow', () => {
    expect(groupSessions([session('a', at(2026, 10, 22))], NOW)[0]?.heading).toBe('Today');
  });
});

test('timeAgo uses the shortest form', () => {
  const noon = new Date(2026, 10, 21, 12, 0);
  const ago = (minutes: number) => timeAgo(new Date(noon.getTime() - minutes * 60_000).toISOString(), noon);
  expect([ago(0), ago(5), ago(180), ago(24 * 60), ago(30 * 24 * 60)]).toEqual(['now', '5 min', '3 h', 'Fri', '22 Oct']);
});
