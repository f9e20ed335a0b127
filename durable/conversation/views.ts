// What program and design a conversation is about, by name. Asked of Postgres behind a turn's back: the first turn on a
// new one knows the ids only, and no turn waits.
import { logFailure } from '../log.ts';
import type { View } from '../packs/pack.ts';
import type { Access } from '../principal.ts';

type Ids = { readonly programId: string | null; readonly designId: string | null };

/** A conversation moves among few views; what was seen long ago is asked again. */
const MAX_KNOWN = 20;
/** What was known is said while it is asked again: names change, and people leave programs. */
const KNOWN_MS = 60_000;

export function createViews(
  find: (access: Access, ids: Ids) => Promise<View>,
  background: (work: Promise<unknown>) => void,
  now: () => number,
): (access: Access, ids: Ids) => View {
  const known = new Map<string, { readonly view: View; readonly at: number }>();
  const asked = new Set<string>();

  async function learn(key: string, access: Access, ids: Ids): Promise<void> {
    try {
      const view = await find(access, ids);
      // Last in the map is what was learned last.
      known.delete(key);
      known.set(key, { view, at: now() });
      const [oldest] = known.keys();
      if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    } catch (error) {
      logFailure('the view could not be read', error);
    } finally {
      asked.delete(key);
    }
  }

  return function viewOf(access, ids) {
    if (ids.programId === null && ids.designId === null) return { program: null, design: null };
    const key = JSON.stringify([access.userId, ids.programId, ids.designId]);
    const entry = known.get(key);
    if (!asked.has(key) && (!entry || now() - entry.at > KNOWN_MS)) {
      asked.add(key);
      background(learn(key, access, ids));
    }
    return entry?.view ?? { program: toView(ids.programId), design: toView(ids.designId) };
  };
}

const toView = (id: string | null) => (id === null ? null : { id });
