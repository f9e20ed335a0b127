// Who saved last, and when; and from when on a change holds.
import { momentWords } from '../workspace/moment-words.ts';

export const EFFECTIVE = 'Effective within 30 seconds, and at once for whoever reloads.';

export function LastSaved({ at, by }: { at: string | null; by: string | null }) {
  const moment = at === null ? null : momentWords(at, undefined);
  if (moment === null || at === null) return null;
  return (
    <>
      Last saved <time dateTime={at}>{moment.words}</time>
      {by !== null && ` by ${by}`}.
    </>
  );
}
