// Who saved the settings last and when, and how soon a change takes effect.
import { formatMoment } from '../workspace/format-moment.ts';

export const EFFECTIVE = 'Takes effect within 30 seconds, or right away after a reload.';

export function LastSaved({ at, by }: { at: string | null; by: string | null }) {
  const moment = at === null ? null : formatMoment(at, undefined);
  if (moment === null || at === null) return null;
  return (
    <>
      Last saved <time dateTime={at}>{moment.words}</time>
      {by !== null && ` by ${by}`}.
    </>
  );
}
